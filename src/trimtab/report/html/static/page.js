(() => {
  "use strict";
  const root = document.documentElement;
  const theme = document.getElementById("theme");
  if (theme) theme.addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });

  // The table: a heading sorts, the field filters.
  const table = document.getElementById("table");
  const value = (row, column, kind) => {
    const text = row.cells[column].dataset.value || "";
    return kind === "number" ? Number(text) : text.toLowerCase();
  };
  const sort = (head) => {
    const column = head.cellIndex, kind = head.dataset.sort;
    const first = kind === "number" ? "descending" : "ascending";
    const now = head.getAttribute("aria-sort");
    const way = now === "ascending" ? "descending" : now === "descending" ? "ascending" : first;
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", way);
    const sign = way === "ascending" ? 1 : -1, body = table.tBodies[0];
    const rows = Array.from(body.rows).sort((left, right) => {
      const a = value(left, column, kind), b = value(right, column, kind);
      return a < b ? -sign : a > b ? sign : 0;
    });
    body.append(...rows);
  };
  const filter = document.getElementById("filter"), count = document.getElementById("count");
  const narrow = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      const text = Array.from(row.querySelectorAll("a,.word"), (one) => one.firstChild.textContent).join(" ").toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    const all = table.tBodies[0].rows.length;
    count.textContent = shown === all ? `${all} services` : `${shown} of ${all} services`;
  };
  if (table) {
    for (const head of table.querySelectorAll("th[data-sort]")) head.querySelector("button").addEventListener("click", () => sort(head));
    filter.addEventListener("input", narrow);
  }

  // A link to a service opens it.
  const open = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") {
      target.open = true;
      target.scrollIntoView();
      target.querySelector("summary").focus({ preventScroll: true });
    }
  };
  addEventListener("hashchange", open);
  for (const link of document.querySelectorAll('#table a[href^="#"]')) link.addEventListener("click", () => setTimeout(open));

  // Charts are drawn when they are seen; before print all of them are, and every part is open but the
  // tables behind the charts, which say the same.
  const charts = Array.from(document.querySelectorAll(".chart"));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) { seen.unobserve(entry.target); window.trimtabChart(entry.target); }
  }, { rootMargin: "200px" });
  for (const chart of charts) seen.observe(chart);
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = Array.from(document.querySelectorAll("details:not([open]):not(.behind)"));
    for (const one of closed) one.open = true;
    for (const chart of charts) window.trimtabChart(chart);
  });
  addEventListener("afterprint", () => { for (const one of closed) one.open = false; closed = []; });
  open();
})();
