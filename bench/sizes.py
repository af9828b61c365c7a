"""How much is measured: whole, quick, or just enough to see that it can be."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Sizes:
    """`seconds`: of one round of messages; `finest`: where the search for the highest rate ends;
    `longest`: seconds after which the load of one server is given up."""

    seconds: float
    step: float
    finest: float
    returns: int
    longest: float
    conversations: int = 100
    crowd: int = 500
    changes: int = 10
    steady: float = 200.0
    top: float = 60_000.0
    missed: int = 20

    def plain(self) -> dict[str, float]:
        return asdict(self)


WHOLE = Sizes(seconds=4.0, step=1.5, finest=1.1, returns=3, longest=420.0)
QUICK = Sizes(seconds=1.0, step=2.0, finest=1.3, returns=1, longest=90.0)
# For the suite: every line is run once, no figure means anything.
GLIMPSE = Sizes(
    seconds=0.1,
    step=2.0,
    finest=1.5,
    returns=1,
    longest=60.0,
    conversations=4,
    crowd=12,
    changes=2,
    steady=50.0,
    top=100.0,
    missed=3,
)
