"""The command `grade`: parse, call the library, print."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

import grader

if TYPE_CHECKING:
    from grader.course import Course

GRADED, NEEDS_A_PERSON, WRONG, NO_SANDBOX = 0, 1, 2, 3
"""Exit statuses."""

EPILOG = """\b
  grade submissions/                      grade everything, into results/
  grade ann.ipynb --assignment lenet_alexnet
  grade doctor                            what works on this machine
\b
exit status: 0 all graded, 1 some need a person, 2 the course or the command is wrong,
3 no working sandbox"""


class _Commands(click.Group):
    """`grade PATH...` is short for `grade run PATH...`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else "--help"
        if first not in self.commands and first not in ("--help", "-h", "--version"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(grader.__version__, prog_name="grade")
def cli() -> None:
    """Grade a folder of notebooks and write a report for each."""


@cli.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--assignment", metavar="SLUG", help="Which assignment; else told from the text.")
@click.option("--course", type=click.Path(path_type=Path), help="Folder with the course.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("results"),
    show_default=True,
    help="Folder for the results.",
)
@click.option(
    "--data",
    "data_folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with mnist.npz, cifar10.npz, ... to stage first.",
)
@click.option(
    "--sandbox",
    type=click.Choice(["auto", "bubblewrap", "landlock", "none"]),
    default="auto",
    show_default=True,
    help="How student code is confined.",
)
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "gpu"]),
    default="auto",
    show_default=True,
    help="What networks run on.",
)
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Submissions that run at the same time.",
)
@click.option("--again", is_flag=True, help="Grade also what an earlier run has finished.")
def run(
    paths: tuple[Path, ...],
    assignment: str | None,
    course: Path | None,
    out: Path,
    data_folder: Path | None,
    sandbox: str,
    device: str,
    jobs: int,
    again: bool,
) -> None:
    """Grade files and folders of submissions.

    \b
      grade submissions/                    into results/, one JSON and one page each
      grade submissions/ --data datasets/   with real MNIST and CIFAR-10 from a folder
    """
    from grader import data, pipeline, report

    if data_folder is not None:
        data.add_folder(data_folder)
    with _progress() as progress:
        batch = pipeline.Batch(
            paths=paths,
            course=_course(course),
            out=out,
            assignment=assignment,
            sandbox=sandbox,
            device=device,
            jobs=jobs,
            again=again,
            progress=progress,
        )
        graded = pipeline.grade(batch)
    click.echo(report.summary(graded.results), nl=False)
    if graded.kept:
        click.echo(f"{graded.kept} kept from an earlier run; --again grades anew.")
    if any(flag.kind == "stand_in_data" for r in graded.results for flag in r.flags):
        click.echo(
            "Some data sets were stand-ins: stage real ones with --data DIR or `grade data`."
        )
    click.echo(f"Open {out / 'index.html'}")
    if not graded.results or any(r.needs_person for r in graded.results):
        raise SystemExit(NEEDS_A_PERSON)


@cli.group()
def data() -> None:
    """Stage the data sets that notebooks ask for by name.

    \b
      grade data list                       what is staged, and what would be a stand-in
      grade data add mnist mnist.npz        stage a copy from a file
      grade data fetch mnist                download it with Keras' own loader
    """


@data.command("list")
def data_list() -> None:
    """Say where each data set comes from.

    \b
      grade data list
    """
    from grader import data as store

    staged = {d.name: d for d in store.staged()}
    for name in store.SHAPES:
        known = staged.get(name)
        click.echo(f"{name:14} {known.origin if known else 'not staged: a stand-in would be used'}")


@data.command("add")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
def data_add(name: str, file: Path) -> None:
    """Stage an .npz with x_train, y_train, x_test, y_test.

    \b
      grade data add cifar10 ~/Downloads/cifar10.npz
    """
    from grader import data as store

    click.echo(f"{name}: {store.add(name, file).origin}")


@data.command("fetch")
@click.argument("name")
def data_fetch(name: str) -> None:
    """Download a data set with Keras' own loader; needs the network.

    \b
      grade data fetch mnist
    """
    from grader import data as store

    click.echo(f"{name}: {store.fetch(name).origin}")


@cli.command()
def doctor() -> None:
    """Try what this machine can do: sandboxes, frameworks.

    \b
      grade doctor
    """
    from grader import doctor as examine

    lines = examine.report()
    for line in lines:
        mark = "ok  " if line.holds else "no  " if line.needed else "-   "
        click.echo(f"{mark}{line.kind:9} {line.name:13} {line.detail}")
        if line.hint:
            click.echo(f"{'':28}{line.hint}")
    if not any(line.kind == "sandbox" and line.holds for line in lines):
        raise SystemExit(NO_SANDBOX)


@cli.command()
def schema() -> None:
    """Print the JSON Schema of the result files.

    \b
      grade schema > grade.result.schema.json
    """
    import json

    from grader.result import Result

    click.echo(json.dumps(Result.model_json_schema(by_alias=True), indent=2))


def main() -> None:
    """Run the command and turn errors into one message and an exit status."""
    from grader.errors import GraderError, SandboxError

    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Interrupted. What was finished is kept; run the same command again.", err=True)
        raise SystemExit(130) from None
    except click.ClickException as error:
        error.show()
        raise SystemExit(WRONG) from None
    except SandboxError as error:
        click.echo(f"No working sandbox: {error}", err=True)
        raise SystemExit(NO_SANDBOX) from None
    except GraderError as error:
        click.echo(str(error), err=True)
        raise SystemExit(WRONG) from None


def _course(folder: Path | None) -> "Course":
    from grader import course

    return course.load(folder if folder is not None else course.default_root())


class _progress:  # noqa: N801 -- reads as the context manager it is
    """A bar on a terminal, nothing elsewhere."""

    def __enter__(self) -> "_progress":
        self._bar = None
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeElapsedColumn,
            )

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
            )
            self._task = self._bar.add_task("grading", total=None)
            self._bar.start()
        return self

    def __call__(self, name: str, done: int, total: int) -> None:
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total, description=name)

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.stop()


if __name__ == "__main__":
    main()
