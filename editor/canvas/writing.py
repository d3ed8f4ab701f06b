"""Writing in place on the canvas: which text, where it stands, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from editor.canvas.cardsize import TITLE
from editor.canvas.frame import HEAD
from editor.canvas.hits import Hit, Where
from editor.canvas.inplace import NoteEdit, TitleEdit
from graphs.document import GroupId, NoteId

if TYPE_CHECKING:
    from editor.canvas.canvas import Canvas


class Writing:
    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.view = canvas.view
        self.desk = canvas.desk
        self.operations = canvas.operations
        self.mirror = canvas.mirror

    def at_hit(self, hit: Hit) -> None:
        """Write in place: a card's or group's title, a note."""
        view, zoom = self.view, self.view.zoom
        if hit.card is not None:
            node, rect = hit.card.node, hit.card.rect()
            place = QRectF(view.to_view(rect.topLeft()), rect.size() * zoom)
            place.setHeight(TITLE * zoom)
            self._keep(
                TitleEdit(view, place, hit.card.face.title, zoom, lambda text: self.operations.rename(node, text))
            )
        elif hit.frame is not None:
            key = hit.frame.doc.id
            place = QRectF(view.to_view(hit.frame.head.topLeft()), hit.frame.head.size() * zoom)
            place.setHeight(HEAD * zoom)
            self._keep(
                TitleEdit(view, place, hit.frame.doc.label, zoom, lambda text: self.operations.retitle(key, text))
            )
        elif hit.note is not None:
            note = hit.note.note.id
            place = QRectF(view.to_view(hit.note.rect().topLeft()), hit.note.rect().size() * zoom)
            text = hit.note.note.text
            self._keep(NoteEdit(view, place, text, zoom, lambda text: self.operations.write_note(note, text)))

    def _keep(self, edit: TitleEdit | NoteEdit) -> None:
        """What is typed goes into this document, and into no other."""
        self.desk.finishing.connect(edit.finish)
        self.desk.reset.connect(edit.drop)

    def current(self) -> None:
        """Write the title of what is selected."""
        frames, notes = self.operations.frames(), self.operations.notes()
        if frames:
            self.frame(frames[0])
        elif notes and not self.desk.selection:
            self.note(notes[0])
        elif self.desk.current is not None and self.desk.current in self.mirror.cards:
            card = self.mirror.cards[self.desk.current]
            self.canvas.bring_into_view(card.node)
            self.at_hit(Hit(Where.TITLE, card.pos(), card=card))

    def frame(self, key: GroupId) -> None:
        frame = self.mirror.frames.get(key)
        if frame is not None:
            self.at_hit(Hit(Where.FRAME, frame.rect.topLeft(), frame=frame))

    def note(self, key: NoteId) -> None:
        note = self.mirror.notes.get(key)
        if note is not None:
            self.at_hit(Hit(Where.NOTE, note.pos(), note=note))
