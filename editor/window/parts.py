"""Builds the parts that show a graph and wires them: the only place that knows all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF

from editor import groups
from editor.canvas import Canvas, SearchContext
from editor.code.panel import CodePanel
from editor.engine.engine import Engine
from editor.engine.wishes import Shot
from editor.forms.clip_panel import ClipPanel
from editor.forms.notes_panel import NotesPanel
from editor.forms.panel import ParamsPanel
from editor.language import tr
from editor.palette import Palette, SearchPopup
from editor.renders import commands as render_commands
from editor.renders.line import RenderLine
from editor.renders.ordering import ask_for_order
from editor.renders.panel import RenderPanel
from editor.scopes import commands as scopes_commands
from editor.scopes.panel import Scopes
from editor.start.recent import keep_picture
from editor.timeline import commands as timeline_commands
from editor.timeline.timeline import Timeline
from editor.viewer import commands as viewer_commands
from editor.viewer.viewer import Viewer
from editor.window.capture import CaptureParts
from editor.window.left_over import LeftOver
from editor.window.log import LogPanel
from editor.window.machine import worker
from editor.window.missing import Missing
from editor.window.outcome import Outcome
from editor.window.panel import Panel, TabbedPanel
from editor.window.problems import ProblemsPanel
from editor.window.remarks import Remarks
from editor.window.shelf import ShelfParts
from editor.window.trust import Trust
from graphs.document import NodeId
from nodes.shelf import SUFFIXES

if TYPE_CHECKING:
    from editor.window.window import Window


class Parts(QObject):
    """Engine, canvas, viewer and the rest of one window."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        desk, playhead, actions = window.desk, window.playhead, window.actions_
        self.trust = Trust(desk, window.notices, self._show_node, self)
        self.engine = Engine(desk, playhead, session=worker(window.settings), parent=self)
        self.trust.guard(self.engine)
        self.line = RenderLine(desk.registry, self)
        self.shelf = ShelfParts(window)
        self.capture = CaptureParts(window)
        self._shot: Shot | None = None
        self._fresh = True
        self._middle()
        self._right()
        self._below()
        self._timed()
        self.missing = Missing(desk, window.files, window.notices, self)
        self.viewer_commands = viewer_commands.register(actions, desk, self.engine, playhead, self.viewer)
        timeline_commands.register(actions, self.timeline, [self.viewer.display])
        scopes_commands.register(actions, self.scopes)
        actions.add("render.start", tr("&Render…"), self.render, shortcut="Ctrl+R", icon="play", group="render",
            enabled=lambda: bool(self.engine.analysis.compiled.plan.sinks))  # fmt: skip
        render_commands.register(actions, self.queue)
        window.topbar.put([[actions.get("canvas.tidy")]])
        window.topbar.preview_size.connect(self.viewer.set_preview_share)
        window.topbar.render_by(actions.get("render.start"))
        self.outcome = Outcome(window, self._compare_job)
        self.line.ended.connect(self.outcome.ended)
        self.line.told.connect(lambda text: window.notices.show_notice("queue", text, kind="error"))
        self.left_over = LeftOver(window, self.line)
        self._listen()
        self.engine.start()

    # ---- building

    def _panel(self, key: str) -> Panel:
        found = self._window.panels[key]
        assert isinstance(found, Panel)
        return found

    def _tabbed(self, key: str) -> TabbedPanel:
        found = self._window.panels[key]
        assert isinstance(found, TabbedPanel)
        return found

    def _middle(self) -> None:
        window = self._window
        self.canvas = Canvas(window.desk, self.engine, window.actions_)
        self._panel("canvas").show_part(self.canvas)
        self._panel("canvas").put(
            [window.actions_.get(f"canvas.{name}") for name in ("snap", "thumbs", "heat", "minimap", "fit")]
        )
        self.shelf.serve(self.canvas)
        self.remarks = Remarks(self.canvas)
        self.palette = Palette(window.desk, window.actions_)
        self._panel("palette").show_part(self.palette)
        self.palette.chosen.connect(self.canvas.add_node)
        self.palette.chosen.connect(self.capture.added)
        self.groups = groups.register(window.actions_, window.desk, self.palette.shelf, window.asker, window)
        self.palette.export_wanted.connect(self.groups.give_out)
        self.palette.removal_wanted.connect(self.groups.remove)
        self.canvas.group_actions = [window.actions_.get(name) for name in groups.FOR_NODES]
        self.search = SearchPopup(
            window.desk,
            window,
            kept=self.palette.kept,
            needs=self.palette.needs,
            info_of=lambda node, port: self.engine.analysis.info(node, port),
            entries=self.palette.entries,
        )
        self.canvas.search_wanted.connect(self._search)
        self.canvas.message.connect(self._tell)
        self.canvas.files_dropped.connect(self._dropped)

    def _right(self) -> None:
        desk, playhead = self._window.desk, self._window.playhead
        self.viewer = Viewer(desk, self.engine, playhead)
        self._panel("viewer").show_part(self.viewer, own_head=True)
        self.params = ParamsPanel(desk, self.engine, playhead, models=self.shelf.offers)
        self.clip, self.notes = ClipPanel(desk, self.engine), NotesPanel(desk)
        self.code = CodePanel(desk, self.engine)
        self.params.told.connect(self._tell)
        self.params.capture_wanted.connect(lambda node: self.capture.show_panel(NodeId(node)))
        self.code.told.connect(self._tell)
        details = self._tabbed("details")
        details.add(self.params, tr("Parameters"))
        details.add(self.clip, tr("Clip"))
        details.add(self.code, tr("Code"))
        details.add(self.notes, tr("Notes"))

    def _below(self) -> None:
        self.queue = RenderPanel(self.line)
        self.problems = ProblemsPanel(self._window.desk)
        self.log = LogPanel(self._tail)
        tabs = self._tabbed("queue")
        tabs.add(self.queue, tr("Queue"))
        tabs.add(self.problems, tr("Problems"))
        tabs.add(self.log, tr("Log"))

    def _timed(self) -> None:
        """What follows the playhead: timeline and scopes."""
        desk, playhead = self._window.desk, self._window.playhead
        self.timeline = Timeline(desk, self.engine, playhead)
        self.timeline.player.wishes = self.viewer.wishes
        self._panel("timeline").show_part(self.timeline, own_head=True)
        self.scopes = Scopes(self.engine, playhead, self.timeline.sound)
        self._panel("scopes").show_part(self.scopes, own_head=True)
        self.viewer.shown_changed.connect(self._shown)
        self.viewer.manner_changed.connect(self._look_beside)

    def _listen(self) -> None:
        window, engine, status = self._window, self.engine, self._window.status
        engine.analysed.connect(self._analysed)
        engine.pictured.connect(self._pictured)
        engine.worker_state.connect(lambda _, text: status.show_worker(text))
        engine.node_state.connect(lambda _: self._count_cached())
        engine.node_state.connect(lambda _: self._show_notes())
        engine.noted.connect(self._noted)
        window.desk.selected.connect(self._show_notes)
        self.shelf.models.usable_changed.connect(engine.look_again)
        window.intake.model_wanted.connect(lambda path: self.shelf.take(path))
        tabs = self._tabbed("queue")
        self.problems.counted.connect(
            lambda count, _: tabs.entitle(
                self.problems, tr("Problems {count}").format(count=count) if count else tr("Problems")
            )
        )
        self.queue.count_changed.connect(
            lambda count: tabs.entitle(self.queue, tr("Queue {count}").format(count=count) if count else tr("Queue"))
        )
        self.line.changed.emit()  # what waits since the last time is counted
        for part in (self.viewer, self.params, self.code, self.timeline):
            part.told.connect(self._tell)
        self.canvas.node_activated.connect(lambda node: self.viewer.show_node(NodeId(node)))
        self.viewer.shown_changed.connect(self._badge)
        self.viewer.node_wanted.connect(self._show_node)
        self.problems.node_wanted.connect(self._show_node)
        self.queue.compare_wanted.connect(self._compare)
        window.playhead.moved.connect(self._show_moment)
        window.playhead.playing_changed.connect(self._show_moment)
        window.desk.reset.connect(self._opened)
        window.files.opened.connect(self._keep_picture)

    # ---- news

    def _tell(self, text: str) -> None:
        self._window.status.showMessage(text, 6000)

    def _opened(self) -> None:
        """Another document: from its beginning, its result in the viewer."""
        self._window.playhead.seek(Fraction(0))
        self._window.playhead.set_span(None, None)
        self._shot = None
        self._fresh = True

    def _search(self, place: QPoint, context: object) -> None:
        """A node is wanted at a place of the canvas, or instead of another."""
        assert isinstance(context, SearchContext)
        where = context

        def choose(type_id: str) -> object:
            placed = self.canvas.place(type_id, where)
            self.capture.added(type_id)
            return placed

        if context.replaces is not None:
            self.search.ask_instead(place, context.replaces, choose)
        else:
            self.search.ask(place, context, choose)

    def _dropped(self, paths: list[Path], spot: object) -> None:
        """Files on the canvas: a group or a model comes onto its shelf, anything else is opened."""
        if paths[0].suffix.lower() in SUFFIXES and paths[0].is_file():
            at = QPointF(*spot) if isinstance(spot, tuple) else None
            self.shelf.take(paths[0], at)
        elif not self.groups.take_in_file(paths[0]):
            self._window.intake.take(paths[0])

    def _noted(self, text: str, nodes: object) -> None:
        """What the worker has to tell: over the canvas, and at the node for as long as it holds."""
        assert isinstance(nodes, tuple)
        here = [node for node in nodes if node in self._window.desk.graph.nodes]
        title = ", ".join(self._name(node) for node in here)
        self.remarks.say(title, text, (lambda: self._show_node(here[0])) if here else None)
        self._tell(text)
        self._show_notes()

    def _name(self, node: NodeId) -> str:
        doc, kind = self._window.desk.graph.nodes[node], self._window.desk.kind(node)
        return doc.label or (tr(kind.name()) if kind is not None else node)

    def _show_notes(self) -> None:
        node = self._window.desk.current
        self.params.header.show_notes(self.engine.notes_of(node) if node is not None else ())

    def _show_moment(self) -> None:
        """The cards' pictures wait while the tape plays: until it stops, the machine is for what is looked at."""
        if not self._window.playhead.speed:
            self.canvas.show_moment(self._window.playhead.moment)

    def _compare_job(self, job: int) -> None:
        self.queue.choose(job)
        self.queue.compare()

    def _badge(self) -> None:
        """The cards of what the viewer shows carry its letter."""
        self.canvas.set_badges({node: letter for letter, node in self.viewer.shown.items() if node is not None})

    def _compare(self, source: object, result: object, begins: object) -> None:
        """A finished render beside its tape, in a window of its own."""
        from editor.window.compare import CompareWindow

        assert isinstance(source, Path) and isinstance(result, Path) and isinstance(begins, Fraction)
        CompareWindow(self._window.desk.registry, source, result, begins, self._window).show()

    def _show_node(self, node: str) -> None:
        self._window.desk.select([NodeId(node)], NodeId(node))
        self.canvas.bring_into_view(NodeId(node))

    def _analysed(self) -> None:
        self._look_at_result()
        self.problems.show_problems(self.engine.analysis.compiled.problems)
        self._window.actions_.refresh()

    def _look_at_result(self) -> None:
        """Once a document is open: the tape and what becomes of it, side by side."""
        analysis = self.engine.analysis
        if not self._fresh or analysis.graph is not self._window.desk.graph:
            return
        shown = [node for node in analysis.compiled.resolved.order if analysis.main_picture(node) is not None]
        if not shown:
            return  # its tape is still to be chosen
        self._fresh = False
        if self.viewer.shown["A"] is not None:
            return
        results = [sink.node for sink in analysis.compiled.plan.sinks]
        self.viewer.show_node(shown[0])
        if results:
            self.viewer.show_node(results[0], "B")
        if self._window.desk.current is None:
            middle = [node for node in shown if node not in results and analysis.graph.incoming(node)]
            field = (node for node in middle if (kind := self._window.desk.kind(node)) and kind.category == "field")
            self._window.desk.select([next(field, (middle or shown)[0])])

    def _pictured(self, view: str, what: object) -> None:
        if view == f"{self.viewer.name}.A" and isinstance(what, Shot):
            self._shot = what
            self._window.status.show_frame(what.frame, what.took_ms, stand_in=what.stand_in)

    def _shown(self) -> None:
        """Another node is looked at: timeline and scopes follow."""
        shown = self.viewer.shown
        self.timeline.follow(shown["A"])
        self.scopes.set_nodes(shown["A"], shown["B"])
        self._look_beside()

    def _look_beside(self) -> None:
        """What is compared counts for what is at hand."""
        beside = self.viewer.shown["B"] if self.viewer.manner.mode.compares else None
        self.timeline.set_beside(beside)

    def _count_cached(self) -> None:
        nodes = self._window.desk.graph.nodes
        cached = sum(self.engine.state_of(node).state == "cached" for node in nodes)
        self._window.status.show_cached(cached, len(nodes))

    def _tail(self, lines: int) -> Sequence[str]:
        session = self.engine.session
        return session.log_tail(lines) if session is not None else ()

    def _keep_picture(self, path: object) -> None:
        if isinstance(path, Path) and self._shot is not None:
            keep_picture(path, self._shot.image)

    # ---- commands

    def render(self) -> None:
        """Ask where the results go, and put a job in the queue."""
        window = self._window
        window.desk.finish()
        order = ask_for_order(window.desk, self.engine.analysis, window.playhead, window, trust=self.engine.trust)
        if order is not None:
            self.line.add(order)
            self._tabbed("queue").show_page(self.queue)

    # ---- the end

    def may_close(self) -> bool:
        """A render that runs is not cut off without a word."""
        stops = self.line.rendering is None or self._window.asker.sure(
            tr("A render is running"),
            tr("Closing the window stops it. What is made of it is kept, and can be gone on with at the next start."),
            tr("Stop it"),
        )
        return stops and self.capture.may_close()

    def _close_compared(self) -> None:
        """The windows that compare go too: each has a worker of its own."""
        from editor.window.compare import CompareWindow

        for one in self._window.findChildren(CompareWindow):
            one.close()

    def closing(self) -> Sequence[Callable[[], object]]:
        """What stops everything that runs, in order."""
        path = self._window.desk.path
        return (
            lambda: self._keep_picture(path),
            self._close_compared,
            self.timeline.close_views,
            self.line.close,
            self.shelf.close,
            self.capture.close,
            self.engine.close,
        )
