"""The projects of the demo world that somebody will look at first, told by hand."""

from __future__ import annotations

from backend.demo.people import Somebody, somebody
from backend.demo.plot import DAY, MINUTE, grants
from backend.demo.queue import waiting
from backend.demo.scene import Scene
from backend.projects.model import JoinPolicy, MembershipState
from backend.quotas.model import UNLIMITED

M = MembershipState

# Who they are: address before the @, first and last name.
CAST = (
    ("ada", "Ada", "Lindqvist"), ("bo", "Bo", "Zhang"), ("dee", "Dee", "Okafor"),
    ("eli", "Eli", "Haddad"), ("flo", "Florence", "Dubois"), ("gus", "Gustav", "Ek"),
    ("hal", "Halina", "Wójcik"), ("ida", "Ida", "Björnsdóttir"), ("jon", "Jón", "Sveinsson"),
    ("kim", "김", "민준"), ("lou", "Louise", "O’Brien"), ("mia", "Mia", "Papadopoulou"),
    ("nia", "Nia", "Mbeki"), ("oto", "大輔", "Tanaka"), ("pia", "Pia", "Fernández"),
    ("quy", "Quý", "Nguyễn"), ("ren", "蓮", "山本"), ("sol", "Soledad", "Quispe"),
)  # fmt: skip
ADMINS = (("iris", "Iris", "Vance"), ("tom", "Tom", "Achterberg"))
HOST = "uni.example"


def cast(scene: Scene) -> dict[str, Somebody]:
    """The people of the story by nickname; admins are among them."""
    found: dict[str, Somebody] = {}
    for admin, people in ((True, ADMINS), (False, CAST)):
        for n, (nick, first, last) in enumerate(people):
            since = scene.ago(days=1300 - 20 * n, hours=3 * n)
            email = f"{nick}@{HOST}"
            found[nick] = somebody(scene.rng, email, first, last, since, admin=admin)
    scene.people += found.values()
    return found


def story(scene: Scene) -> None:
    """Everything told by hand."""
    who = cast(scene)
    _aero_acoustics(scene, who)
    _hpc_climate(scene, who)
    waiting(scene, who)
    _over_quota(scene, who)
    _stuck(scene, who)


def _aero_acoustics(scene: Scene, who: dict[str, Somebody]) -> None:
    """First in the list by name: a healthy project near its limits, with a past."""
    s, ago = scene, scene.ago
    limits = grants(vm=(12, 4), cpu=(96, 32), ram=(192, 64), disk=(2048, 512), store=(4096, 1024))
    plot = s.project(
        "aero-acoustics.uni",
        who["ida"],
        "Noise of rotors and wings: wind tunnel recordings and simulations beside them.",
        grants(vm=(6, 3), cpu=(48, 24), ram=(96, 48), disk=(2048, 512), store=(2048, 1024)),
        made=ago(days=431),
        ends=164,
        seats=8,
        comments="A first year to see how far we get.",
        homepage="https://aero.uni.example/",
    )
    s.approve(plot, ago(days=427, hours=4), "as agreed with the faculty")
    s.modify(plot, ago(days=200), who["ida"], grants=dict(limits), comments="Twice of everything.")
    s.deny(plot, ago(days=198), "show first what the machines are used for")
    s.modify(plot, ago(days=121), who["ida"], grants=dict(limits), comments="See the report.")
    s.approve(plot, ago(days=120, hours=2), "report read, well used")
    s.member(plot, who["ida"], ago(days=426), vm=3, cpu=24, ram=48, disk=300, store=900)
    s.member(plot, who["oto"], ago(days=420), vm=3, cpu=24, ram=48, disk=410, store=1010)
    s.member(plot, who["pia"], ago(days=300), vm=2, cpu=24, ram=56, disk=160, store=620)
    s.member(plot, who["jon"], ago(days=90), vm=2, cpu=12, ram=28, disk=200, store=100)
    gone = s.member(plot, who["ren"], ago(days=400))
    s.leaves(plot, gone, M.REMOVED, ago(days=150), "left the university")
    s.requester(plot, who["sol"], ago(hours=9))
    s.claim(plot, who["pia"], ago(minutes=2), "server create", vm=1, cpu=8, ram=8)


def _hpc_climate(scene: Scene, who: dict[str, Somebody]) -> None:
    """First in the queue: approving it gives machines and takes memory from three people."""
    s, ago = scene, scene.ago
    limits = grants(vm=(20, 8), cpu=(160, 64), ram=(128, 64), disk=(4096, 2048), store=(2048, 1024))
    plot = s.project(
        "hpc-climate.uni",
        who["ada"],
        "Regional climate ensembles.",
        grants(vm=(12, 6), cpu=(96, 48), ram=(128, 64), disk=(4096, 2048), store=(2048, 1024)),
        made=ago(days=600),
        ends=131,
        seats=12,
        homepage="https://climate.uni.example/hpc",
    )
    s.approve(plot, ago(days=597), "start-up allocation")
    s.modify(plot, ago(days=367), who["ada"], grants=grants(disk=(16384, 8192)))
    s.deny(plot, ago(days=365), "ask again after the disk move")
    s.modify(plot, ago(days=292), who["ada"], grants=dict(limits))
    s.approve(plot, ago(days=290), "agreed with the PI")
    more = grants(vm=(28, 10), ram=(96, 48))
    s.modify(
        plot,
        ago(days=2, hours=4),
        who["ada"],
        end_date=plot.project.end_date + 183 * DAY,
        grants=more,
        comments="Need more VMs for the spring campaign; RAM nodes were handed back.",
    )
    s.member(plot, who["ada"], ago(days=595), vm=3, cpu=31, ram=20, disk=800, store=300)
    s.member(plot, who["bo"], ago(days=590), vm=6, cpu=32, ram=40, disk=900, store=610)
    s.member(plot, who["dee"], ago(days=410), vm=7, cpu=32, ram=56, disk=1200, store=420)
    s.claim(plot, who["ada"], ago(minutes=7), "server create", vm=1, cpu=1, ram=4)


def _over_quota(scene: Scene, who: dict[str, Somebody]) -> None:
    """Holders above their limits, and projects without any."""
    s, ago = scene, scene.ago
    lattice = s.running(
        "lattice-qcd.uni",
        who["lou"],
        "Gauge configurations.",
        grants(vm=(16, 8), cpu=(512, 128), ram=(2048, 512), disk=(8192, 2048)),
        ends=72,
        seats=16,
    )
    for n, nick in enumerate(("gus", "hal")):
        s.member(lattice, who[nick], ago(days=240 - n), vm=8, cpu=100, ram=400, disk=900)
    s.modify(
        lattice,
        ago(minutes=40),
        who["lou"],
        max_members=UNLIMITED,
        grants=grants(vm=(UNLIMITED, 64), cpu=(UNLIMITED, UNLIMITED)),
        comments="Could we have no limit at all? The nodes are ours.",
    )
    video = s.running(
        "open-lectures.uni",
        who["sol"],
        "Recordings of all lectures.",
        grants(vm=(4, 2), cpu=(16, 8), ram=(32, 16), store=(20480, 4096)),
        ends=500,
        leave=JoinPolicy.CLOSED,
    )
    s.member(video, who["quy"], ago(days=420), vm=1, cpu=4, ram=8, store=6600)
    s.member(video, who["nia"], ago(days=420), store=3900)
    s.modify(video, ago(days=30), who["sol"], grants=grants(store=(8192, 4096)))
    s.approve(video, ago(days=29), "storage is needed elsewhere; please clean up")
    free = s.running(
        "operations.uni",
        who["tom"],
        "The computing centre itself.",
        grants(
            vm=(UNLIMITED, UNLIMITED),
            cpu=(UNLIMITED, UNLIMITED),
            ram=(UNLIMITED, UNLIMITED),
            disk=(UNLIMITED, UNLIMITED),
            ip=(UNLIMITED, 64),
            net=(UNLIMITED, UNLIMITED),
            store=(UNLIMITED, UNLIMITED),
        ),
        ends=3000,
        join=JoinPolicy.CLOSED,
        private=True,
    )
    s.member(free, who["iris"], ago(days=240), vm=31, cpu=240, ram=960, disk=4000, ip=40, net=6)


def _stuck(scene: Scene, who: dict[str, Somebody]) -> None:
    """Commissions whose service never came back, from minutes to days ago."""
    s, ago = scene, scene.ago
    polar = s.running(
        "polar-survey.uni",
        who["ren"],
        "Drift of sea ice, 1979 until today.",
        grants(
            vm=(10, 5),
            cpu=(80, 40),
            ram=(320, 160),
            disk=(4096, 2048),
            ip=(4, 2),
            store=(9000, 4500),
        ),
        ends=260,
        seats=6,
    )
    s.member(polar, who["bo"], ago(days=220), vm=4, cpu=20, ram=80, disk=1500, ip=2, store=2100)
    s.member(polar, who["dee"], ago(days=210), vm=3, cpu=24, ram=96, disk=700, store=4000)
    s.claim(polar, who["bo"], ago(minutes=9), "upload", "pithos", store=2)
    s.claim(polar, who["dee"], ago(minutes=26), "server resize", cpu=8, ram=32)
    s.claim(polar, who["bo"], ago(hours=3), "volume create", disk=80)
    s.claim(polar, who["dee"], ago(hours=21), "server destroy", vm=-1, cpu=-8, ram=-32, disk=-100)
    s.claim(polar, who["bo"], ago(days=2, hours=7), "floating ip release", ip=-1)
    s.claim(polar, who["dee"], ago(days=5), "purge", "pithos", store=-300)
    s.claim(polar, who["bo"], ago(days=17), "server create", vm=1, cpu=4, ram=16, disk=40)
    expires = s.now + 20 * MINUTE
    s.claim(polar, who["dee"], ago(minutes=4), "snapshot", "pithos", expires_at=expires, store=12)
