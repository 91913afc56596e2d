"""Run the stages one after the other: the only module that knows them all."""

import hashlib
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path

from grader import align, data, execute, ingest, judge, rebuild, report, sandbox
from grader.course import Assignment, Course, Limits
from grader.data import DataSet
from grader.errors import GraderError, SandboxError
from grader.records import (
    Alignment,
    CapturedModel,
    ExecutionRecord,
    ModelSummary,
    Outcome,
    Reference,
    Submission,
)
from grader.result import Result
from grader.sandbox import Sandbox, gpu, supervisor


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What to grade, with what, and where the results go."""

    paths: Sequence[Path]
    """Files and folders with submissions."""
    course: Course
    """The course they belong to."""
    out: Path
    """Folder of the results."""
    assignment: str | None = None
    """Slug, when all belong to one; else it is told from the text."""
    sandbox: str = "auto"
    """auto, bubblewrap, landlock or none."""
    device: str = "auto"
    """cpu, gpu, or auto for a GPU where there is one."""
    jobs: int = 1
    """Submissions that run at the same time."""
    again: bool = False
    """Grade also what an earlier run has finished."""
    progress: Callable[[str, int, int], None] = field(default=lambda name, done, total: None)
    """Called with a submission's id, how many are done, and how many there are."""


@dataclass(frozen=True, kw_only=True)
class Graded:
    """The results of a batch."""

    results: tuple[Result, ...]
    """In the order of the submissions."""
    kept: int
    """How many an earlier run had finished."""


def grade(batch: Batch) -> Graded:
    """Grade every submission of `batch` and write its result as soon as it is known.

    Raises:
        CourseError: If the assignment that was asked for does not exist.
        SandboxError: If code has to run and no sandbox works here.
    """
    return _Run(batch).all()


class _Run:
    """One batch under way: what its submissions share is made once, when first needed."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        course = batch.course
        self.assignments: Sequence[Assignment] = (
            [course.assignment(batch.assignment)] if batch.assignment else course.assignments
        )
        self.submissions = ingest.read(batch.paths, limits=self._reading_limits())
        self.done: dict[str, Result] = {}
        self.kept = 0

    def all(self) -> Graded:
        self.batch.out.mkdir(parents=True, exist_ok=True)
        supervisor.STOP.clear()
        tasks = list(_count_attempts([self._task(s) for s in self.submissions]))
        if any(t.code for t in tasks):
            # What is missing stops the command before the first submission, not in the middle.
            _ = self.sandbox, self.data
        self.batch.progress("starting", 0, len(tasks))
        try:
            for done, (task, result) in enumerate(self._results(tasks), start=1):
                self.done[task.submission.id] = result
                report.write_json(result, self._file(task.submission))
                self.batch.progress(task.submission.id, done, len(tasks))
        finally:
            # After an interrupt too: what is finished is readable and will not be repeated.
            results = tuple(self.done[s.id] for s in self.submissions if s.id in self.done)
            report.write(
                results,
                self.batch.out,
                sources={s.id: s.cells for s in self.submissions},
                titles={a.slug: a.title for a in self.batch.course.assignments},
            )
        return Graded(results=results, kept=self.kept)

    @cached_property
    def sandbox(self) -> Sandbox:
        return sandbox.find(
            self.batch.sandbox,
            hidden=(self.batch.course.root,),
            devices=gpu.devices(self.batch.device),
        )

    @cached_property
    def data(self) -> dict[str, DataSet]:
        return {name: data.find(name) for a in self.assignments for name in a.data}

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        networks = sorted({n for a in self.assignments for n in a.networks})
        return rebuild.references(self.batch.course.root, networks)

    def _reading_limits(self) -> Limits:
        """Which assignment a file belongs to is not known before it is read: the widest limits."""
        return Limits(
            notebook_mib=max(a.limits.notebook_mib for a in self.assignments),
            cells=max(a.limits.cells for a in self.assignments),
        )

    def _task(self, submission: Submission) -> "_Task":
        if submission.problem is not None:
            return _Task(submission=submission, problem=submission.problem)
        if self.batch.assignment:
            assignment = self.assignments[0]
            alignment = align.align(submission, assignment)
        elif found := align.detect(submission, self.assignments):
            assignment, alignment = found
        elif named := self._named_by_folder(submission):
            assignment, alignment = named, align.align(submission, named)
        else:
            slugs = ", ".join(a.slug for a in self.assignments)
            return _Task(
                submission=submission,
                problem="It is not clear which assignment this notebook answers: none of its text "
                f"matches a question of {slugs}. Name it with --assignment SLUG.",
            )
        return _Task(submission=submission, assignment=assignment, alignment=alignment)

    def _named_by_folder(self, submission: Submission) -> Assignment | None:
        folders = Path(submission.source).parent.parts
        return next((a for a in self.assignments if a.slug in folders), None)

    def _results(self, tasks: Sequence["_Task"]) -> Iterator[tuple["_Task", Result]]:
        """Results as they come; equal work is done once, earlier work not at all."""
        groups: dict[str, list[_Task]] = {}
        for task in tasks:
            result = self._earlier(task)
            if result is not None:
                self.kept += 1
                yield task, result
            else:
                groups.setdefault(self._key(task), []).append(task)
        pool = ThreadPoolExecutor(max_workers=self.batch.jobs)
        try:
            futures = {pool.submit(self._case, group[0]): group for group in groups.values()}
            for future in as_completed(futures):
                for task in futures[future]:
                    yield task, self._mark(task, future)
        except BaseException:
            # Not only errors: an interrupt must not wait for a notebook to end.
            supervisor.STOP.set()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _case(self, task: "_Task") -> judge.Case | None:
        """Everything that is found out about a submission; None where it cannot be marked."""
        if task.assignment is None or task.alignment is None:
            return None
        with tempfile.TemporaryDirectory(prefix="grade-") as folder:
            spool = Path(folder)
            execution = self._execute(task.submission, task.assignment, task.alignment, spool)
            rebuilt = self._rebuild(task.assignment, task.alignment, execution, spool)
        return judge.Case(
            submission=task.submission,
            assignment=task.assignment,
            alignment=task.alignment,
            execution=execution,
            rebuilt=rebuilt,
            references=self.references if execution.models else (),
            data=tuple(self.data[name] for name in task.assignment.data) if task.code else (),
            course_version=self.batch.course.version,
        )

    def _mark(self, task: "_Task", future: Future[judge.Case | None]) -> Result:
        try:
            case = future.result()
            if case is None:
                result = self._unmarked(task, task.problem or "", "needs_review")
            else:
                result = judge.mark(case.model_copy(update={"submission": task.submission}))
        except GraderError:
            raise
        except Exception as error:
            # A fault of the grader on one notebook: the batch goes on, a person is told.
            traceback.print_exception(error)
            problem = (
                f"The grader broke on this notebook ({type(error).__name__}: {error}). That is no "
                "fault of the student; please report it with the notebook."
            )
            result = self._unmarked(task, problem, "grader_error")
        return result.model_copy(update={"run_key": self._key(task)})

    def _unmarked(self, task: "_Task", problem: str, outcome: Outcome) -> Result:
        return judge.unmarked(
            task.submission,
            problem=problem,
            outcome=outcome,
            course_version=self.batch.course.version,
        )

    def _execute(
        self, submission: Submission, assignment: Assignment, alignment: Alignment, spool: Path
    ) -> ExecutionRecord:
        if not execute.has_code(submission, alignment):
            return ExecutionRecord(status="not_run", isolation="not needed")
        try:
            return execute.run(
                submission,
                alignment,
                sandbox=self.sandbox,
                limits=assignment.limits,
                budget=assignment.training,
                seed=assignment.seed,
                data={name: self.data[name] for name in assignment.data},
                spool=_fresh(spool, "run"),
                weights=judge.asks_for_accuracy(assignment),
            )
        except SandboxError as error:
            return ExecutionRecord(status="not_run", message=str(error), fault=str(error))

    def _rebuild(
        self,
        assignment: Assignment,
        alignment: Alignment,
        execution: ExecutionRecord,
        spool: Path,
    ) -> tuple[judge.Rebuilt, ...]:
        if not execution.models:
            return ()
        wanted = judge.held_out(assignment, alignment, execution.models)
        try:
            found = rebuild.rebuild(
                execution.models,
                evaluate={
                    i: [self.data[n] for n in names if n in self.data]
                    for i, names in wanted.items()
                },
                sandbox=self.sandbox,
                limits=assignment.limits,
                spool=_fresh(spool, "rebuild"),
            )
        except SandboxError as error:
            return tuple(
                judge.Rebuilt(summary=_not_rebuilt(m, str(error))) for m in execution.models
            )
        return tuple(judge.Rebuilt(summary=s, predictions=p) for s, p in found)

    def _earlier(self, task: "_Task") -> Result | None:
        if self.batch.again:
            return None
        try:
            content = self._file(task.submission).read_text(encoding="utf-8")
            result = Result.model_validate_json(content)
        except (OSError, ValueError):
            return None
        same = result.run_key == self._key(task) and result.outcome != "grader_error"
        return result if same else None

    def _file(self, submission: Submission) -> Path:
        return self.batch.out / f"{submission.id}.json"

    def _key(self, task: "_Task") -> str:
        """Equal for equal work: file, course, grader, sandbox and data decide a result."""
        assignment = task.assignment
        parts = [
            task.submission.sha256 or task.submission.source,
            task.problem or "",
            assignment.slug if assignment else "",
            self.batch.course.version,
            _code_version(),
            self.batch.sandbox,
            self.batch.device,
        ]
        if assignment and task.code:
            parts += [self.data[name].origin for name in assignment.data]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class _Task:
    """A submission with what is known before it runs."""

    submission: Submission
    problem: str | None = None
    assignment: Assignment | None = None
    alignment: Alignment | None = None

    @cached_property
    def code(self) -> bool:
        return self.alignment is not None and execute.has_code(self.submission, self.alignment)


def _count_attempts(tasks: Sequence[_Task]) -> Iterator[_Task]:
    """Number each student's attempts within an assignment: reading knew only the files."""
    seen: Counter[tuple[str, str | None]] = Counter()
    for task in tasks:
        key = (task.submission.student, task.assignment.slug if task.assignment else None)
        seen[key] += 1
        submission = task.submission.model_copy(update={"attempt": seen[key]})
        yield replace(task, submission=submission)


def _not_rebuilt(model: CapturedModel, problem: str) -> ModelSummary:
    return ModelSummary(
        variable=model.variable,
        cell=model.cell,
        framework=model.framework,
        verified=False,
        input_shape=None,
        params=model.params or 0,
        trainable_params=0,
        layers=(),
        training=model.training,
        problem=problem,
    )


def _fresh(spool: Path, name: str) -> Path:
    folder = spool / name
    folder.mkdir()
    return folder


@cache
def _code_version() -> str:
    package = Path(__file__).resolve().parent
    digest = hashlib.sha256()
    for file in sorted(package.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
