"""A Debian machine in memory: it answers every question of `facts.bash` and knows every effect.

It is no more than what a deployment can tell of a machine, so that a test sees the whole way: look,
apply, look again.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

DAEMON_JSON = "/etc/docker/daemon.json"
UNITS = "/etc/systemd/system/"
STORE = "/var/lib/llmhost/models/ollama"
ABSENT = (1, "")
NOT_FOUND = (127, "")
DOCKER = {"docker-ce", "docker-compose-plugin"}


@dataclass
class Entry:
    """A file, or a directory."""

    content: str = ""
    mode: str = "644"
    owner: str = "root:root"
    kind: str = "regular file"
    changed: int = 0


@dataclass
class Unit:
    """A systemd unit."""

    active: str = "inactive"
    enabled: bool = False
    since: int = 0
    stale: bool = False


@dataclass
class Machine:
    """Bare at first, but for the driver of its GPUs."""

    gpus: int = 0
    gpu: str = "NVIDIA L4"
    capability: str = "8.9"
    driver: str = "580.95.05"
    mtu: str = "1500"
    free: int = 75 * 10**9
    system: str = "ID=debian\nVERSION_ID=13\nVERSION_CODENAME=trixie\nPRETTY_NAME='Debian 13'\n"
    kernel: str = "LLMHOST_ARCH=x86_64\nLLMHOST_MEMORY_KB=16371124\nLLMHOST_SYSTEMD=1\n"
    files: dict[str, Entry] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    packages: set[str] = field(default_factory=lambda: {"ca-certificates"})
    accounts: dict[str, str] = field(default_factory=dict)
    images: set[str] = field(default_factory=set)
    containers: dict[str, str] = field(default_factory=dict)
    weights: dict[str, str] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)  # images of somebody else's containers
    cdi: bool = False
    log: tuple[str, ...] = ()  # what the service wrote
    holder: str = ""
    now: int = 1795170000

    # Questions

    def ask(self, argv: tuple[str, ...]) -> tuple[int, str]:  # noqa: C901, PLR0911, PLR0912  a table
        """Exit status and output of a question."""
        match argv:
            case ("os",):
                return 0, self.system + self.kernel
            case ("route_mtu",):
                return 0, f"{self.mtu}\n"
            case ("gpus",):
                rows = [self._gpu(index) for index in range(self.gpus)]
                return (0, "".join(rows)) if rows else NOT_FOUND
            case ("nvidia-ctk", *_):
                names = [f"nvidia.com/gpu={index}\n" for index in range(self.gpus)]
                return (0, "".join(names)) if self.cdi else NOT_FOUND
            case ("disk_free", _):
                return 0, f"{self.free}\n"
            case ("dpkg-query", _, _, *names):
                there = [name for name in names if name in self.packages]
                return 0, "".join(f"installed {name} 28.5.2-1\n" for name in there)
            case ("getent", _, name) if name in self.accounts:
                return 0, f"{name}:x:995:995::{self.accounts[name]}:/usr/sbin/nologin\n"
            case ("find", *_) if "docker-compose-plugin" in self.packages:
                return 0, "/usr/libexec/docker/cli-plugins/docker-compose\n"
            case ("file_state", path) if path in self.files:
                return 0, self._attributes(path) + self.files[path].content
            case ("secret_state", path) if path in self.files:
                return 0, f"{self._attributes(path)}{digest(self.files[path].content)}  -\n"
            case ("stat", "--dereference", "--format=%s", path) if path in self.files:
                return 0, f"{len(self.files[path].content)}\n"
            case ("file_state", path) if path in self.weights or self._below(path):
                return 0, "directory|755|root:root|0\n"
            case ("unit_state", name):
                return 0, self._unit(name)
            case ("logged", _, _, pattern):
                lines = [line for line in self.log if pattern and re.search(pattern, line)]
                return 0, "".join(f"{line}\n" for line in lines)
            case ("applying",):
                unit = Unit("active" if self.holder else "inactive")
                return 0, described("llmhost up x", unit) + f"HOLDER={self.holder}\n"
            case ("docker_api", path) if (
                self.units.get("docker.service", Unit()).active == "active"
            ):
                return self._docker(unquote(path))
            case ("weights_state", directory) if directory in self.weights:
                return 0, self.weights[directory] + "1000000000 model.safetensors\n"
            case ("records",):
                names = sorted(path for path in self.files if path.endswith("/deployment.json"))
                return 0, "".join(
                    f"{path.split('/')[-2]}\n{self.files[path].content}\f" for path in names
                )
            case _:
                return ABSENT

    def _below(self, path: str) -> bool:
        return any(one.startswith(f"{path}/") for one in self.files)

    def _gpu(self, index: int) -> str:
        return f"{index}, {self.gpu}, GPU-{index}, {self.driver}, 23034, 0, {self.capability}\n"

    def _attributes(self, path: str) -> str:
        entry = self.files[path]
        return f"{entry.kind}|{entry.mode}|{entry.owner}|{entry.changed}\n"

    def _unit(self, name: str) -> str:
        return described(name, self.units.get(name), loaded=name in self.units)

    def _docker(self, path: str) -> tuple[int, str]:
        document: dict[str, object] = {}
        match path.split("/", 2)[1:]:
            case ["version"]:
                document = {"Version": "28.5.2"}
            case ["images", reference] if reference.removesuffix("/json") in self.images:
                document = {"Id": "sha256:f7a9"}
            case ["containers", name] if name.removesuffix("/json") in self.containers:
                status = self.containers[name.removesuffix("/json")]
                document = {"State": {"Status": status}, "RestartCount": 0}
        return 0, f"{json.dumps(document)}\n{200 if document else 404}"

    # Effects

    def do(self, argv: tuple[str, ...]) -> None:  # noqa: C901, PLR0912  a table
        """Does an effect."""
        self.now += 1
        match argv:
            case ("put", mode, owner, path, content):
                self._put(path, Entry(content, mode.lstrip("0"), owner))
            case ("daemon_json", content):
                self._put(DAEMON_JSON, Entry(content))
            case ("directory", mode, owner, path):
                self.files[path] = Entry("", mode.lstrip("0"), owner, "directory")
            case ("repository", _, url, key, path, entry):
                self._put(key, Entry(url))
                self._put(path, Entry(entry))
            case ("packages", *names):
                self._install(names)
            case ("system_user", name, home):
                self.accounts[name] = home
            case ("native_install", _, name):
                self._put(f"{self.accounts[name]}/.lmstudio/bin/lms", Entry("a program"))
            case ("restart_docker",):
                self.units["docker.service"] = Unit("active", enabled=True, since=self.now)
            case ("pull", reference):
                self.images.add(reference)
            case ("hub_client", version, _):
                self._put("/opt/llmhost/hub/version", Entry(f"{version}\n"))
            case ("weights", _, _, repository, revision, directory, _, *patterns):
                self.weights[directory] = mark(repository, revision, patterns)
            case ("service_start", unit):
                self._start(unit)
            case ("service_remove", name):
                self._remove(name)
            case ("image_remove", reference):
                self.images -= {reference} - self.held
            case ("weights_remove", directory):
                self.weights.pop(directory, None)
                self._forget(f"{directory}/")
            case ("account_remove", name):
                home = self.accounts.pop(name)
                self._forget(home)
            case ("shared_remove",):
                self._forget("/opt/llmhost", f"{UNITS}docker.service.d/llmhost.conf")
            case ("systemctl", "enable", _, unit):
                self.units[unit].enabled = True
            case ("systemctl", "restart", "nvidia-cdi-refresh.service"):
                self.cdi = True
            case ("reload_units",):
                self._reload()
            case ("first_boot_wait",):
                self.kernel = self.kernel.replace("LLMHOST_FIRST_BOOT=running\n", "")
            case _:
                raise AssertionError(f"no such effect: {argv}")

    def by_hand(self, path: str, content: str) -> None:
        """Somebody changes a file; a unit that systemd has read is stale from now on."""
        self.now += 10
        self.files[path] = replace(self.files[path], content=content, changed=self.now)
        if path.startswith(UNITS):
            self.units[path.removeprefix(UNITS)].stale = True

    def _put(self, path: str, entry: Entry) -> None:
        self.files[path] = replace(entry, changed=self.now)
        if path.startswith(UNITS) and path.endswith(".service"):
            self.units.setdefault(path.removeprefix(UNITS), Unit())

    def _install(self, names: list[str]) -> None:
        self.packages.update(names)
        if "docker-ce" in names:
            self.units.setdefault("docker.service", Unit())
        if "nvidia-container-toolkit" in names:
            self.units["nvidia-cdi-refresh.service"] = Unit()

    def _reload(self) -> None:
        for unit in self.units.values():
            unit.stale = False

    def _start(self, unit: str) -> None:
        """As the unit says: what it was started with is written down, a container comes up."""
        self._reload()
        self.units[unit] = Unit("active", enabled=True, since=self.now)
        name = unit.removeprefix("llmhost-").removesuffix(".service")
        read = re.search(r"sha256sum (.*?) >", self.files[f"{UNITS}{unit}"].content)
        paths = read[1].split() if read else []
        lines = (f"{digest(self.files[path].content)}  {path}\n" for path in paths)
        self._put(f"/run/llmhost/{name}.started", Entry("".join(lines)))
        if f"/etc/llmhost/{name}/compose.yaml" in self.files:
            self.containers[f"llmhost-{name}"] = "running"
            if STORE in self.files[f"/etc/llmhost/{name}/compose.yaml"].content:
                self._put(f"{STORE}/blobs/sha256-1", Entry("weights that Ollama fetched"))

    def _remove(self, name: str) -> None:
        unit, started = f"{UNITS}llmhost-{name}.service", f"/run/llmhost/{name}.started"
        self._forget(f"/etc/llmhost/{name}/", unit, started)
        self.units.pop(f"llmhost-{name}.service", None)
        self.containers.pop(f"llmhost-{name}", None)

    def _forget(self, *places: str) -> None:
        """Deletes files, and what lies below directories."""
        self.files = {path: one for path, one in self.files.items() if not path.startswith(places)}


def described(title: str, unit: Unit | None, *, loaded: bool = True) -> str:
    """A unit as systemd tells of it."""
    unit = unit or Unit()
    return (
        f"Result=success\nDescription={title}\nLoadState={'loaded' if loaded else 'not-found'}\n"
        f"ActiveState={unit.active}\nUnitFileState={'enabled' if unit.enabled else 'disabled'}\n"
        f"ActiveEnterTimestamp=@{unit.since}\nNeedDaemonReload={'yes' if unit.stale else 'no'}\n"
    )


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def mark(repository: str, revision: str, patterns: list[str]) -> str:
    """The mark of a complete download of one file of 1 GB."""
    document = {
        "repository": repository,
        "revision": revision,
        "commit": "1d050562",
        "patterns": patterns,
        "files": {"model.safetensors": 10**9},
    }
    return json.dumps(document) + "\n"
