// Draws the graph of a page again whenever a reader opens or closes a scope.
// It gives places to boxes as the figure does; see layers.go.
(function (graph) {
  "use strict";
  const boxes = graph.boxes, words = graph.words, paint = graph.paint;
  const gapX = 16, gapY = 26, header = 22, pad = 8, passWidth = 14, card = 3;
  const holder = document.currentScript.previousElementSibling;
  const still = holder.innerHTML; // for printing without script, and the start
  boxes.forEach((b, i) => { b.id = i; for (const k of b.kids || []) boxes[k].up = i; });

  // Layout ------------------------------------------------------------------

  function measure(b) {
    if (!b.open) {
      b.width = b.w;
      b.height = b.h;
      return;
    }
    b.kids.forEach(k => measure(boxes[k]));
    const places = b.places.map(p => {
      const k = p < 0 ? null : boxes[p];
      return { box: k, port: p === -2, w: k ? k.width : passWidth, h: k ? k.height : 0, up: [], down: [] };
    });
    for (const via of b.links || []) {
      for (let i = 1; i < via.length; i++) {
        const a = places[via[i - 1]], z = places[via[i]];
        a.down.push(z);
        z.up.push(a);
      }
    }
    b.inner = { rows: b.rows.map(r => r.map(i => places[i])), links: (b.links || []).map(l => l.map(i => places[i])) };
    spread(b.inner);
    stack(b.inner);
    b.width = Math.max(b.inner.w + 2 * pad + 4, b.least);
    b.height = header + b.inner.h + pad;
  }

  const isBox = p => p.box !== null || p.port;

  function spread(l) {
    for (const row of l.rows) {
      let x = 0;
      for (const p of row) { p.x = x + p.w / 2; x += p.w + gapX; }
      for (const p of row) p.x -= (x - gapX) / 2;
    }
    const down = l.rows, up = [...l.rows].reverse();
    for (let i = 0; i < 8; i++) {
      down.forEach(row => settle(row, p => p.up));
      up.forEach(row => settle(row, p => p.down));
    }
    for (let i = 0; i < 8; i++) down.forEach(row => settle(row, p => p.up.concat(p.down)));
    let lo = Infinity, hi = -Infinity;
    l.rows.flat().forEach(p => { lo = Math.min(lo, p.x - p.w / 2); hi = Math.max(hi, p.x + p.w / 2); });
    l.rows.flat().forEach(p => { p.x -= lo; });
    l.w = Math.max(0, hi - lo);
  }

  // Least squares in a given order, by pooling adjacent violators.
  function settle(row, next) {
    const offset = [0], pools = [];
    row.forEach((p, i) => {
      if (i > 0) offset[i] = offset[i - 1] + (row[i - 1].w + p.w) / 2 + gapX;
      let want = p.x, weight = 0.1;
      const list = next(p);
      if (list.length > 0) {
        const all = list.every(isBox), none = !list.some(isBox);
        const use = list.filter(q => isBox(q) === isBox(p) || all || none);
        weight = !isBox(p) && all ? 0.05 : 1;
        want = use.reduce((s, q) => s + q.x, 0) / use.length;
      }
      pools.push({ sum: (want - offset[i]) * weight, weight, first: i, last: i });
      while (pools.length > 1) {
        const a = pools[pools.length - 2], b = pools[pools.length - 1];
        if (a.sum / a.weight <= b.sum / b.weight) break;
        pools.splice(-2, 2, { sum: a.sum + b.sum, weight: a.weight + b.weight, first: a.first, last: b.last });
      }
    });
    for (const g of pools) for (let i = g.first; i <= g.last; i++) row[i].x = g.sum / g.weight + offset[i];
  }

  function stack(l) {
    let y = 0;
    for (const row of l.rows) {
      const h = Math.max(0, ...row.map(p => p.h));
      for (const p of row) {
        p.y = isBox(p) ? y + (h - p.h) / 2 : y;
        if (!isBox(p)) p.h = h;
      }
      y += h + gapY;
    }
    l.h = Math.max(0, y - gapY);
  }

  // Drawing -----------------------------------------------------------------

  const SVG = "http://www.w3.org/2000/svg";
  function add(parent, tag, attrs, text) {
    const e = parent.appendChild(document.createElementNS(SVG, tag));
    for (const k in attrs) e.setAttribute(k, attrs[k]);
    if (text !== undefined) e.textContent = text;
    return e;
  }
  const write = (g, text, x, y, size, fill, more) => add(g, "text", { x, y, "font-size": size, fill, ...more }, text);
  // fit presses a text together for which there is not room enough: a reader may
  // have another font than the one that was measured.
  function fit(e, room) {
    const w = e.getComputedTextLength();
    if (w <= room) return w;
    e.setAttribute("textLength", Math.max(room, 1));
    e.setAttribute("lengthAdjust", "spacingAndGlyphs");
    return room;
  }
  const path = points => points.map(p => p.map(v => v.toFixed(2)).join(",")).join(" ");

  function outline(form, x, y, w, h) {
    const cut = Math.min(7, h / 3, w / 4), X = x + w, Y = y + h, m = y + h / 2;
    switch (form) {
      case "pooling": return [[x, y], [X, y], [X - cut, Y], [x + cut, Y]];
      case "normalization": return [[x + cut, y], [X - cut, y], [X, y + cut], [X, Y - cut], [X - cut, Y], [x + cut, Y], [x, Y - cut], [x, y + cut]];
      case "shape": return [[x + cut / 2, y], [X + cut / 2, y], [X - cut / 2, Y], [x - cut / 2, Y]];
      case "attention": return [[x + cut, y], [X - cut, y], [X, m], [X - cut, Y], [x + cut, Y], [x, m]];
    }
    return null;
  }

  function shape(g, form, x, y, w, h, fill, edge) {
    const corners = outline(form, x, y, w, h), look = { fill, stroke: edge, "stroke-width": 1.1 };
    if (corners) return add(g, "polygon", { points: path(corners), ...look });
    const round = { data: h / 2, activation: 12, merge: 12, scope: 6 }[form] || 3;
    return add(g, "rect", { x, y, width: w, height: h, rx: Math.min(round, h / 2, w / 2), ...look });
  }

  const sought = b => !b.kids && graph.query !== "" && b.text.includes(graph.query);

  function drawBox(g, b, x, y) {
    const s = add(g, "g", { class: b.kids ? "scope" : "box", "data-id": b.id, "data-name": b.name, tabindex: 0, role: b.kids ? "button" : "img", "aria-label": b.hover });
    if (b.kids) s.setAttribute("aria-expanded", String(b.open));
    const form = b.open ? "scope" : b.form, fill = b.open ? paint.ground : b.fill, edge = b.open ? paint.frame : b.edge;
    if (b.cards) for (let i = 2; i > 0; i--) shape(s, form, x + i * card, y + i * card, b.width, b.height, fill, edge);
    shape(s, form, x, y, b.width, b.height, fill, edge);
    add(s, "title", {}, b.hover);
    if (b.open ? b.alike > 0 : b.hits > 0) {
      add(s, "rect", { x: x - 2.5, y: y - 2.5, width: b.width + 5, height: b.height + 5, rx: 7, fill: "none", stroke: paint.warning, "stroke-width": 2 });
    }
    if (b.id === graph.picked) {
      add(s, "rect", { x: x - 4, y: y - 4, width: b.width + 8, height: b.height + 8, rx: 8, fill: "none", stroke: paint.ink, "stroke-width": 1.2, "stroke-dasharray": "4 3" });
    }
    const ink = b.open ? paint.ink : b.ink, soft = b.open ? paint.soft : b.soft;
    const sign = b.kids ? (b.open ? "▾ " : "▸ ") : "", line = y + (b.open ? 15 : 16);
    let room = b.width - 2 * pad;
    if (b.count && (b.open || b.shows)) {
      const e = write(s, b.count, x + b.width - pad, line, 11, soft, { "text-anchor": "end" });
      room -= fit(e, room) + 8;
    }
    fit(write(s, sign + (b.open ? b.title : b.short), x + pad, line, 12, ink, { "font-weight": "bold" }), room);
    if (!b.open && b.note) fit(write(s, b.note, x + pad, y + 32, 11, soft), b.width - 2 * pad);
    if (b.open) inside(s, b.inner, x + (b.width - b.inner.w) / 2, y + header);
  }

  function inside(g, l, x, y) {
    for (const via of l.links) link(g, via, x, y);
    for (const p of l.rows.flat()) if (p.box) drawBox(g, p.box, x + p.x - p.w / 2, y + p.y);
    for (const p of l.rows.flat()) {
      if (!p.box || p.down.length === 0 || !p.box.sends) continue;
      const right = !(p.down.length === 1 && p.down[0].x > p.x + 1);
      const at = x + p.x + (right ? 5 : -5), line = y + p.y + p.h + 12 + (p.box.cards ? 2 * card : 0);
      write(g, p.box.sends, at, line, 10.5, paint.soft, { "text-anchor": right ? "start" : "end", class: "flow" });
    }
  }

  function link(g, via, x, y) {
    for (let i = 1; i < via.length; i++) {
      const a = via[i - 1], b = via[i], last = i === via.length - 1;
      const from = [x + a.x, y + a.y + a.h], to = [x + b.x, y + b.y];
      if (last) {
        const ups = [...b.up].sort((p, q) => p.x - q.x), step = Math.min(14, (b.w - 20) / ups.length);
        if (ups.length > 1) to[0] += (ups.indexOf(a) - (ups.length - 1) / 2) * step;
        to[1] += b.port ? pad : -4;
      }
      const bend = (to[1] - from[1]) / 2;
      let d = "M" + from + "C" + [from[0], from[1] + bend, to[0], to[1] - bend, ...to];
      if (!isBox(b)) d += "L" + [to[0], to[1] + b.h];
      add(g, "path", { d, fill: "none", stroke: paint.frame, "stroke-width": 1.1 });
      if (last && !b.port) {
        const tip = to[1] + 4;
        add(g, "polygon", { points: path([[to[0], tip], [to[0] - 3.3, tip - 6], [to[0] + 3.3, tip - 6]]), fill: paint.frame });
      }
    }
  }

  // Reading -----------------------------------------------------------------

  // count tells every box how many operations in it are sought, also of those
  // alike that it stands for.
  function count(b = boxes[0]) {
    b.alike = graph.query === "" ? 0 : (b.also || []).filter(t => t.includes(graph.query)).length;
    return b.hits = b.alike + (b.kids ? b.kids.reduce((n, k) => n + count(boxes[k]), 0) : Number(sought(b)));
  }

  function draw() {
    const hits = count();
    measure(boxes[0]);
    const l = boxes[0].inner, svg = document.createElementNS(SVG, "svg");
    const w = l.w + 24, h = l.h + 24;
    for (const [k, v] of Object.entries({ width: w, height: h, viewBox: [0, 0, w, h].join(" "), "font-family": "Liberation Sans, Arial, Helvetica, Noto Sans SC, sans-serif" })) svg.setAttribute(k, v);
    holder.replaceChildren(svg);
    inside(svg, l, 12, 12);
    found.textContent = graph.query === "" ? "" : words.found.replace("{n}", hits);
    details.textContent = graph.picked === undefined ? words.hint : boxes[graph.picked].hover;
    const open = boxes.filter(b => b.open && b.id > 0).map(b => encodeURIComponent(b.name)).join(",");
    history.replaceState(null, "", "#" + new URLSearchParams({ open, find: graph.query }));
  }

  function toggle(id) {
    const b = boxes[id];
    graph.picked = id;
    if (b.kids) b.open = !b.open;
    draw();
    const again = holder.querySelector(`[data-id="${id}"]`);
    if (again) again.focus({ preventScroll: true });
  }

  function reveal() {
    count();
    for (const b of boxes) if (b.kids && b.hits > 0) b.open = true;
    draw();
    const first = boxes.find(b => !b.kids && sought(b));
    const at = first && holder.querySelector(`[data-id="${first.id}"]`);
    if (at) at.scrollIntoView({ block: "center" });
  }

  function tool(tag, attrs, text, on, act) {
    const e = document.createElement(tag);
    Object.assign(e, attrs);
    e.textContent = text;
    if (on) e.addEventListener(on, act);
    return bar.appendChild(e);
  }
  function legend() {
    const list = document.createElement("div");
    list.className = "legend";
    const item = (w, text) => {
      const e = list.appendChild(document.createElement("span"));
      const svg = e.appendChild(document.createElementNS(SVG, "svg"));
      svg.setAttribute("width", w);
      svg.setAttribute("height", 12);
      e.append(text);
      return svg;
    };
    for (const k of graph.legend || []) shape(item(16, k.name), k.form, 1, 1, 14, 10, k.fill, k.edge);
    if (graph.ramp) {
      const colors = graph.ramp.colors, bar = item(12 * colors.length, graph.ramp.high);
      bar.before(graph.ramp.label + ": " + graph.ramp.low);
      colors.forEach((fill, i) => add(bar, "rect", { x: 12 * i, y: 0, width: 12.5, height: 12, fill }));
    }
    holder.after(list);
  }

  const bar = document.createElement("div");
  bar.className = "tools";
  const all = open => () => { for (const b of boxes) if (b.kids && b.id > 0) b.open = open; draw(); };
  const search = tool("input", { type: "search", placeholder: words.search, ariaLabel: words.search }, "", "input", () => { graph.query = search.value.trim().toLowerCase(); draw(); });
  search.addEventListener("keydown", e => { if (e.key === "Enter") reveal(); });
  const found = tool("span", { className: "found" }, "");
  found.setAttribute("role", "status");
  if (boxes.some(b => b.kids && b.id > 0)) {
    tool("button", { type: "button" }, words.openAll, "click", all(true));
    tool("button", { type: "button" }, words.closeAll, "click", all(false));
  }
  const details = document.createElement("pre");
  details.className = "details";
  holder.before(bar);
  holder.after(details);
  legend();
  holder.addEventListener("click", e => { const s = e.target.closest("[data-id]"); if (s) toggle(Number(s.dataset.id)); });
  holder.addEventListener("keydown", e => {
    if (e.key !== "Enter" && e.key !== " ") return;
    e.preventDefault();
    toggle(Number(e.target.dataset.id));
  });

  const kept = new URLSearchParams(location.hash.slice(1));
  if (kept.has("open")) {
    const names = new Set(kept.get("open").split(",").filter(Boolean).map(decodeURIComponent));
    for (const b of boxes) if (b.kids && b.id > 0) b.open = names.has(b.name) || names.has("*");
  }
  graph.query = (kept.get("find") || graph.query).toLowerCase();
  search.value = graph.query;
  try {
    draw();
  } catch (e) {
    holder.innerHTML = still;
    throw e;
  }
})
