"use strict";
// Sorts and filters tables, opens what is folded before printing. What the page says does not depend on it.

// Tables with so few rows are taken in at a glance.
const FEW = 5;
const words = new Intl.Collator("en", { numeric: true });

function element(name, text, classes) {
  const made = document.createElement(name);
  made.textContent = text;
  if (classes) made.className = classes;
  return made;
}

// What a cell sorts by: a number in a column of numbers, else its words; null if there is nothing to sort by.
function key(cell, number) {
  const text = cell ? cell.textContent.trim() : "";
  if (!number) return text || null;
  const value = Number(cell.dataset.value ?? (text || NaN));
  return Number.isNaN(value) ? null : value;
}

// Heads become buttons: ascending, descending, and back to the order of the report. Cells without a value stay last.
function sortable(table) {
  const body = table.tBodies[0];
  const report = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const number = head.classList.contains("n");
    const button = element("button", head.textContent);
    button.type = "button";
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const next = { ascending: "descending", descending: null }[head.getAttribute("aria-sort")];
      const order = next === undefined ? "ascending" : next;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      let rows = report;
      if (order) {
        head.setAttribute("aria-sort", order);
        const sign = order === "ascending" ? 1 : -1;
        const compare = number ? (a, b) => a - b : words.compare;
        const keyed = report.map((row) => ({ row, key: key(row.cells[column], number) }));
        keyed.sort((a, b) => {
          if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);
          return sign * compare(a.key, b.key);
        });
        rows = keyed.map(({ row }) => row);
      }
      const all = document.createDocumentFragment();
      rows.forEach((row) => all.append(row));
      body.append(all);
    });
  });
}

// A box above the table that leaves the rows in which all its words occur.
function filterable(table) {
  const rows = [...table.tBodies[0].rows];
  const scroll = table.closest(".scroll");
  const box = element("div", "", "filter");
  const label = element("label", "Filter ");
  label.append(element("span", scroll.getAttribute("aria-label"), "unseen"));
  const input = element("input", "");
  input.type = "search";
  input.autocomplete = "off";
  input.spellcheck = false;
  label.append(input);
  const count = element("output", "");
  const of = (shown) => `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows`;
  count.textContent = of(rows.length);
  box.append(label, count);
  scroll.before(box);

  let texts = null;
  let waiting = 0;
  input.addEventListener("input", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => {
      texts ??= rows.map((row) => [...row.cells].map((cell) => cell.textContent.toLowerCase()).join("\n"));
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, n) => {
        row.hidden = !wanted.every((word) => texts[n].includes(word));
        shown += row.hidden ? 0 : 1;
      });
      // On paper the box is left out; that rows are missing is not.
      box.classList.toggle("active", wanted.length > 0);
      count.textContent = of(shown);
    });
  });
}

for (const table of document.querySelectorAll("table")) {
  if (table.tBodies[0].rows.length > FEW) {
    sortable(table);
    filterable(table);
  }
}

// The contents stand open beside the report, and folded above it where there is no room.
const contents = document.querySelector("nav details");
const beside = matchMedia("(min-width: 70rem)");
const unfold = () => { contents.open = beside.matches; };
beside.addEventListener("change", unfold);
unfold();

// A link opens the fold that it leads to.
function reveal(hash) {
  const target = document.getElementById(hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
}
reveal(location.hash);
addEventListener("hashchange", () => reveal(location.hash));
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (link) reveal(link.hash);
});

let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("main details:not([open])")];
  opened.forEach((details) => { details.open = true; });
});
addEventListener("afterprint", () => {
  opened.forEach((details) => { details.open = false; });
});
