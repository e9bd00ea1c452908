// The results as a table: a row for every simulation. It writes no trait; what a person
// opens goes to Python as a message.

import type { RenderProps } from "@anywidget/types";
import { element, setText } from "./dom.ts";
import { follow } from "./follow.ts";
import { createPointing } from "./pointing.ts";
import { textScale } from "./scale.ts";
import { ResultsTableDefaults, type ResultsTableTraits } from "./traits.ts";

/** What a person may ask for; view.py reads it. */
export type Request = { readonly kind: "hover" | "open"; readonly row: number };

type Traits = Readonly<ResultsTableTraits>;

/** Rows are made for what is seen of the table, and a few around it. */
const ROW_HEIGHT = 24;
const AROUND = 10;
const SEEN = 300 / ROW_HEIGHT;
const DIGITS = 6;

type Order = "none" | "ascending" | "descending";
const NEXT: Readonly<Record<Order, Order>> = {
  none: "ascending",
  ascending: "descending",
  descending: "none",
};
const SIGNS: Readonly<Record<Order, string>> = {
  none: "",
  ascending: " \u25b2",
  descending: " \u25bc",
};

const MOVES: Readonly<Record<string, number>> = {
  ArrowUp: -1,
  ArrowDown: 1,
  PageUp: -10,
  PageDown: 10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** Numbers of a table, row after row; the buffer may be anywhere in memory. */
export function numbersOf(rows: DataView): Float64Array {
  const bytes = new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
  return new Float64Array(bytes.slice().buffer, 0, Math.floor(bytes.length / 8));
}

/** A number with the digits that tell it from others. */
export function cellText(value: number): string {
  if (Number.isNaN(value)) return "";
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  return String(Number(value.toPrecision(DIGITS))).replace("-", "\u2212");
}

/** The rows in the order of a column; those without a number come last. */
export function sorted(
  numbers: Float64Array,
  columns: number,
  column: number,
  order: Order,
): Uint32Array {
  const rows = Uint32Array.from({ length: numbers.length / columns }, (_, row) => row);
  if (order === "none") return rows;
  const sign = order === "ascending" ? 1 : -1;
  const value = (row: number) => numbers[row * columns + column] as number;
  return rows.sort((a, b) => {
    const [one, other] = [value(a), value(b)];
    if (Number.isNaN(one) || Number.isNaN(other)) {
      return Number(Number.isNaN(one)) - Number(Number.isNaN(other)) || a - b;
    }
    return sign * (one - other) || a - b;
  });
}

function build(root: HTMLElement, ask: (request: Request) => void) {
  const scroll = element("div", "bsw-table-scroll");
  const table = element("table");
  table.setAttribute("role", "grid");
  const caption = element("caption");
  const head = element("tr");
  const body = element("tbody");
  const top = element("thead");
  top.append(head);
  table.append(caption, top, body);
  scroll.append(table);
  root.append(scroll);

  let traits: Traits = ResultsTableDefaults;
  let numbers: Float64Array = new Float64Array();
  let rows: Uint32Array = new Uint32Array();
  let notes = new Map<number, string>();
  let sorting: { column: number; order: Order } = { column: 0, order: "none" };
  let current = 0; // the place of the row that the keyboard is on

  const pointing = createPointing((row) => ask({ kind: "hover", row }));
  const rowHeight = () => ROW_HEIGHT * textScale(root);
  const columns = () => Math.max(1, traits.columns.length);

  function paintHead(): void {
    head.replaceChildren(
      ...traits.columns.map(({ label, unit }, column) => {
        const cell = element("th");
        cell.scope = "col";
        const order = column === sorting.column ? sorting.order : "none";
        cell.setAttribute("aria-sort", order);
        const button = element(
          "button",
          "",
          (unit ? `${label} (${unit})` : label) + SIGNS[order],
        );
        button.type = "button";
        button.addEventListener("click", () => {
          sorting = { column, order: NEXT[order] };
          arrange();
          (head.children[column]?.firstElementChild as HTMLElement | null)?.focus();
        });
        cell.append(button);
        return cell;
      }),
    );
  }

  /** How many results in a row are missing, from a column on. */
  function missingFrom(row: number, column: number): number {
    let next = column;
    while (next < columns() && Number.isNaN(numbers[row * columns() + next])) next++;
    return next - column;
  }

  /** The first line of a note, and the whole of it for those who point at it. */
  function noteCell(note: string): HTMLTableCellElement {
    const cell = element("td", "bsw-table-note", note.split("\n", 1)[0]);
    cell.title = note;
    return cell;
  }

  function rowAt(place: number): HTMLTableRowElement {
    const row = rows[place] as number;
    const line = element("tr", "bsw-table-row");
    line.dataset.place = String(place);
    line.setAttribute("aria-rowindex", String(place + 2));
    line.setAttribute("aria-selected", String(row === traits.selected));
    line.tabIndex = place === current ? 0 : -1;
    const note = notes.get(row);
    for (let column = 0; column < columns(); column++) {
      const value = numbers[row * columns() + column] as number;
      if (note !== undefined && Number.isNaN(value)) {
        // Over all that is missing; what there is of results behind it stays.
        const cell = noteCell(note);
        const missing = missingFrom(row, column);
        cell.colSpan = missing;
        line.append(cell);
        column += missing - 1;
        continue;
      }
      line.append(element("td", "", cellText(value)));
    }
    // Every result is missing, and there is no column for a note to stand in.
    if (note !== undefined && !line.querySelector(".bsw-table-note")) {
      line.append(noteCell(note));
    }
    return line;
  }

  function gap(height: number): HTMLTableRowElement {
    const line = element("tr", "bsw-table-gap");
    line.setAttribute("aria-hidden", "true");
    const cell = element("td");
    cell.colSpan = columns();
    cell.style.height = `${height}px`;
    line.append(cell);
    return line;
  }

  /** Make the rows that are seen now, in place of those that were. */
  function paintRows(): void {
    const focused = body.contains(document.activeElement);
    const height = rowHeight();
    const first = Math.max(0, Math.floor(scroll.scrollTop / height) - AROUND);
    const last = Math.min(rows.length, Math.ceil(first + SEEN + 2 * AROUND));
    const lines: HTMLElement[] = [];
    if (first > 0) lines.push(gap(first * height));
    for (let place = first; place < last; place++) lines.push(rowAt(place));
    if (last < rows.length) lines.push(gap((rows.length - last) * height));
    body.replaceChildren(...lines);
    if (focused) lineAt(current)?.focus({ preventScroll: true });
  }

  function lineAt(place: number): HTMLElement | null {
    return body.querySelector<HTMLElement>(`[data-place="${place}"]`);
  }

  function arrange(): void {
    const row = rows[current];
    rows = sorted(numbers, columns(), sorting.column, sorting.order);
    current = Math.max(0, row === undefined ? 0 : rows.indexOf(row));
    table.setAttribute("aria-rowcount", String(rows.length + 1));
    paintHead();
    paintRows();
  }

  function scrollTo(place: number): void {
    const height = rowHeight();
    const at = place * height;
    const room = (scroll.clientHeight || 300) - 2 * height;
    if (at < scroll.scrollTop) scroll.scrollTop = at;
    else if (at > scroll.scrollTop + room) scroll.scrollTop = at - room;
  }

  scroll.addEventListener("scroll", paintRows);
  const placeOf = (event: Event) => {
    const line = (event.target as Element).closest<HTMLElement>(".bsw-table-row");
    return line ? Number(line.dataset.place) : -1;
  };
  body.addEventListener("pointerover", (event) => pointAt(placeOf(event)));
  body.addEventListener("pointerleave", () => pointAt(-1));
  body.addEventListener("focusout", () => pointAt(-1));
  body.addEventListener("click", (event) => openAt(placeOf(event)));
  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = MOVES[event.key];
    if (by === undefined && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    if (by === undefined) {
      openAt(current);
      return;
    }
    current = Math.min(Math.max(0, current + by), rows.length - 1);
    scrollTo(current);
    paintRows();
    lineAt(current)?.focus({ preventScroll: true });
    pointAt(current);
  });

  function pointAt(place: number): void {
    pointing.at(rows[place] ?? -1);
  }

  function openAt(place: number): void {
    const row = rows[place];
    if (row === undefined) return;
    current = place;
    ask({ kind: "open", row });
  }

  return {
    paint(now: Traits): void {
      const before = traits;
      traits = now;
      setText(caption, now.caption);
      if (now.rows !== before.rows || now.columns !== before.columns) {
        numbers = numbersOf(now.rows);
      }
      if (now.notes !== before.notes) {
        notes = new Map(now.notes.map(({ row, text }) => [row, text]));
      }
      if (now.columns.length !== before.columns.length) {
        sorting = { column: 0, order: "none" };
      }
      if (now.selected !== before.selected && now.selected >= 0) {
        const place = rows.indexOf(now.selected);
        if (place >= 0) scrollTo(place);
      }
      arrange();
    },
    stop: pointing.stop,
  };
}

type Props = Pick<RenderProps<ResultsTableTraits>, "model" | "el">;

function render({ model, el }: Props): () => void {
  const root = element("section", "bsw-table");
  root.setAttribute("aria-label", "Results");
  // JupyterLab would otherwise act on the keys that move and open.
  root.dataset.lmSuppressShortcuts = "true";
  const { paint, stop } = build(root, (request) => model.send(request));
  el.append(root);
  const leave = follow(model, ResultsTableDefaults, paint);
  return () => {
    leave();
    stop();
    root.remove();
  };
}

export default { render };
