"""What was seen already: an answer that has not changed is not sent again, and counts towards no limit."""

from collections import OrderedDict

from holdfast.integration.http.port import Answer
from holdfast.kernel.ids import digest

ANSWERS_MAX = 128
ANSWER_BYTES_MAX = 200_000


class Seen:
    """Answers by what was asked, and by whose token: nobody is shown what another was."""

    def __init__(self) -> None:
        self._answers = OrderedDict[str, Answer]()

    def place(self, token: str, target: str, accepts: str) -> str:
        """Return where the answer to this is kept."""
        return digest(token.encode(), target.encode(), accepts.encode())

    def etag(self, place: str) -> str:
        """Return what the server called the version that is kept; empty if none is."""
        found = self._answers.get(place)
        return "" if found is None else found.headers["etag"]

    def take(self, place: str, answer: Answer) -> Answer:
        """Return the answer, or the one it stands for; keep it for the next time."""
        if answer.status == 304 and place in self._answers:
            self._answers.move_to_end(place)
            return self._answers[place]
        if answer.status == 200 and "etag" in answer.headers and len(answer.body) <= ANSWER_BYTES_MAX:
            self._answers[place] = answer
            self._answers.move_to_end(place)
            if len(self._answers) > ANSWERS_MAX:
                self._answers.popitem(last=False)
        return answer
