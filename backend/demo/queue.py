"""The queue of the demo world: applications that wait, each with its own question."""

from __future__ import annotations

from backend.demo.people import Somebody
from backend.demo.plot import DAY, grants
from backend.demo.scene import Scene
from backend.projects.model import JoinPolicy

Cast = dict[str, Somebody]


def waiting(scene: Scene, who: Cast) -> None:
    """All of them. Mia has as many waiting as she may."""
    for tell in (
        _genomics_core,
        _teaching,
        _astro_sim,
        _fluid_lab,
        _old_bio,
        _quantum_lab,
        _hack_week,
        _urban_air,
        _deep_ocean,
        _neuro_img,
    ):
        tell(scene, who)


def _genomics_core(scene: Scene, who: Cast) -> None:
    """It only raises limits."""
    s, ago = scene, scene.ago
    genomics = s.running(
        "genomics-core.uni",
        who["eli"],
        "Sequencing facility of the medical faculty.",
        grants(vm=(24, 8), cpu=(256, 96), ram=(1024, 256), disk=(16384, 2048), store=(32768, 8192)),
        ends=41,
    )
    s.member(genomics, who["bo"], ago(days=200), vm=8, cpu=96, ram=200, disk=900, store=4000)
    s.member(genomics, who["kim"], ago(days=180), vm=5, cpu=40, ram=180, disk=1900, store=7800)
    s.modify(
        genomics,
        ago(days=1, hours=15),
        who["eli"],
        grants=grants(disk=(24576, 3072), store=(49152, 12288)),
        end_date=genomics.project.end_date + 365 * DAY,
        comments="Two new sequencers arrive in March.",
    )


def _teaching(scene: Scene, who: Cast) -> None:
    """The project is suspended, and approving wakes it."""
    s, ago = scene, scene.ago
    teaching = s.running(
        "teaching-101.uni",
        who["hal"],
        "Machines for the first-year course.",
        grants(vm=(60, 1), cpu=(60, 1), ram=(120, 2), disk=(1200, 20)),
        ends=-20,
        seats=60,
        join=JoinPolicy.AUTO,
    )
    s.member(teaching, who["sol"], ago(days=90), vm=1, cpu=1, ram=2, disk=20)
    s.suspend(teaching, ago(days=12), "end date passed, course is over")
    s.modify(
        teaching,
        ago(days=1, hours=6),
        who["hal"],
        end_date=s.now + 150 * DAY,
        comments="The course runs again next term; please keep it suspended until then.",
    )


def _astro_sim(scene: Scene, who: Cast) -> None:
    """Filed by an admin for the owner; one member loses machines."""
    s, ago = scene, scene.ago
    astro = s.running(
        "astro-sim.uni",
        who["flo"],
        "N-body runs for the survey.",
        grants(vm=(16, 12), cpu=(200, 100), ram=(512, 256), disk=(4096, 2048)),
        ends=9,
        seats=8,
    )
    s.member(astro, who["eli"], ago(days=160), vm=9, cpu=72, ram=160, disk=700)
    s.claim(astro, who["eli"], ago(minutes=1), "server create", vm=1, cpu=16, ram=64)
    s.modify(
        astro,
        ago(days=1, hours=2),
        who["tom"],
        end_date=astro.project.end_date + 183 * DAY,
        grants=grants(vm=(16, 6), ram=(768, 384)),
        comments="Filed after the phone call with Florence: fewer, larger machines.",
    )


def _fluid_lab(scene: Scene, who: Cast) -> None:
    """Fewer seats than members, and closed to others."""
    s, ago = scene, scene.ago
    fluid = s.running(
        "fluid-lab.uni",
        who["pia"],
        "Turbulence in pipes.",
        grants(vm=(16, 8), cpu=(128, 64), ram=(256, 128), disk=(2048, 1024)),
        ends=75,
        seats=10,
    )
    for n, nick in enumerate(("quy", "ren", "sol", "nia")):
        s.member(fluid, who[nick], ago(days=150 - n), vm=2, cpu=12, ram=24, disk=100)
    s.modify(
        fluid,
        ago(hours=11),
        who["pia"],
        max_members=4,
        join_policy=JoinPolicy.CLOSED,
        leave_policy=JoinPolicy.MODERATED,
        comments="The group is complete now.",
    )


def _old_bio(scene: Scene, who: Cast) -> None:
    """The project is terminated, and approving brings it back."""
    s, ago = scene, scene.ago
    bio = s.running(
        "old-bio.uni",
        who["kim"],
        "Wet-lab images of 2019.",
        grants(vm=(4, 2), cpu=(16, 8), ram=(64, 32), store=(8192, 4096)),
        ends=-200,
        seats=9,
    )
    s.terminate(bio, ago(days=190), "end date passed")
    s.modify(
        bio,
        ago(hours=3),
        who["kim"],
        end_date=s.now + 60 * DAY,
        comments="A reviewer asks for the raw images.",
    )


def _quantum_lab(scene: Scene, who: Cast) -> None:
    """A new project without a catch."""
    s, ago = scene, scene.ago
    s.project(
        "quantum-lab.uni",
        who["gus"],
        "Circuit simulators for the new professorship.",
        grants(vm=(12, 4), cpu=(192, 64), ram=(768, 256), disk=(1024, 512), store=(1024, 512)),
        made=ago(days=1, hours=22),
        ends=221,
        seats=6,
        comments="Appointment letter attached to the ticket.",
    )


def _hack_week(scene: Scene, who: Cast) -> None:
    """Its end date passed while it waited."""
    s, ago = scene, scene.ago
    s.project(
        "hack-week.uni",
        who["nia"],
        "Machines for the student hackathon.",
        grants(vm=(40, 1), cpu=(80, 2), ram=(160, 4)),
        made=ago(days=1, hours=1),
        ends=-0.1,
        seats=40,
        join=JoinPolicy.AUTO,
        comments="We start tomorrow at 9!",
    )


def _urban_air(scene: Scene, who: Cast) -> None:
    """The name belongs to somebody else."""
    s, ago = scene, scene.ago
    urban = s.running(
        "urban-air.uni",
        who["lou"],
        "Air quality sensors of the city.",
        grants(vm=(6, 3), cpu=(24, 12), ram=(48, 24), store=(4096, 2048)),
        ends=313,
        seats=5,
    )
    s.member(urban, who["quy"], ago(days=100), vm=2, cpu=8, ram=16, store=1800)
    s.project(
        "urban-air.uni",
        who["mia"],
        "Air quality models; we did not know of the other group.",
        grants(vm=(8, 4), cpu=(64, 32), ram=(128, 64)),
        made=ago(hours=22),
        ends=313,
        seats=5,
    )


def _deep_ocean(scene: Scene, who: Cast) -> None:
    """Filed by one person for another, in Japanese."""
    s, ago = scene, scene.ago
    deep = s.project(
        "deep-ocean.uni",
        who["ren"],
        "深海観測データの解析（共同研究）。",
        grants(vm=(4, 2), cpu=(32, 16), ram=(64, 32), store=(16384, 8192)),
        made=ago(hours=17),
        ends=700,
        comments="Mia files this for 山本さん, who has no time for forms.",
    )
    deep.wishes[-1].applicant = who["mia"].uuid


def _neuro_img(scene: Scene, who: Cast) -> None:
    """Denied once before; its text looks like markup."""
    s, ago = scene, scene.ago
    s.project(
        "neuro-img.uni",
        who["mia"],
        "Segmentation of [large] microscopy stacks; see [link=x]the plan[/link].",
        grants(vm=(3, 3), cpu=(48, 48), ram=(512, 512), store=(65536, 32768)),
        made=ago(hours=6),
        ends=365,
        seats=4,
        private=True,
        comments="Denied in spring for lack of disks; the new storage is here now.",
    )
    before = s.project(
        "neuro-img.uni",
        who["jon"],
        "Segmentation of large microscopy stacks.",
        grants(store=(65536, 32768)),
        made=ago(days=210),
        ends=150,
        seats=4,
    )
    s.deny(before, ago(days=207), "no disks left before summer")
