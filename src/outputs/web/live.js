"use strict";
// Keeps the overview as things are, where scripts may run. Without them the page is whole, as it was when it was opened.
(() => {
  // The figures are counted anew when something has changed, and no more often.
  const refreshAfterMs = 15000;
  const listenAfterMs = 3000;
  let waiting = false;

  const mark = (running) => {
    for (const board of document.querySelectorAll("li[data-board]")) {
      board.querySelector(".live").hidden = !running.includes(board.dataset.board);
    }
  };

  const refresh = async () => {
    waiting = false;
    try {
      const answer = await fetch(location.href);
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.getElementById("live").replaceWith(page.getElementById("live"));
    } catch {
      // The service is away: the stream comes back with it.
    }
  };

  const listen = () => {
    let first = true;
    const stream = new EventSource("/live");
    stream.addEventListener("boards", (event) => {
      mark(JSON.parse(event.data).running);
      if (!first && !waiting) {
        waiting = true;
        setTimeout(refresh, refreshAfterMs);
      }
      first = false;
    });
  };

  // A page that is left at once needs no stream.
  setTimeout(listen, listenAfterMs);
})();
