(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg", NONE = 65535, LEFT = 46, RIGHT = 10, MINUTE = 60000;
  const make = (name, attributes, text) => {
    const one = document.createElementNS(SVG, name);
    for (const key in attributes) one.setAttribute(key, attributes[key]);
    if (text !== undefined) one.textContent = text;
    return one;
  };
  const html = (name, className, text) => {
    const one = document.createElement(name);
    if (className) one.className = className;
    if (text !== undefined) one.textContent = text;
    return one;
  };
  const unpack = (column) => {
    const bytes = Uint8Array.from(atob(column.values), (sign) => sign.charCodeAt(0));
    const steps = new DataView(bytes.buffer), out = new Float64Array(bytes.length / 2);
    for (let at = 0; at < out.length; at++) {
      const step = steps.getUint16(2 * at, true);
      out[at] = step === NONE ? NaN : step * column.scale;
    }
    return out;
  };
  const nice = (most) => {
    const raw = Math.max(most, 1e-9) / 3, power = 10 ** Math.floor(Math.log10(raw));
    const step = power * [1, 2, 2.5, 5, 10].find((one) => one * power >= raw * (1 - 1e-9));
    return { step, top: step * Math.ceil(most / step - 1e-9) || step };
  };
  const two = (number) => String(number).padStart(2, "0");
  const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
  const stamp = (time) => {
    const at = new Date(time);
    return `${DAYS[at.getUTCDay()]} ${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
  };
  const show = (value, digits) => (Number.isNaN(value) ? "–" : value.toFixed(digits));

  // What is drawn, from top to bottom.
  const panels = (data) => [
    { title: "CPU: demand against capacity [vCPU]", height: 120, demand: "demand", name: "capacity", digits: 2 },
    { title: "Running tasks", height: 84, name: "tasks", digits: 1 },
    { title: "CPU of the average task [%]", height: 84, name: "cpu", limit: data.cpu_limit, said: `objective ${+data.cpu_limit.toFixed(1)} %`, most: 100, digits: 0 },
    { title: "Memory of the average task [%]", height: 84, name: "memory", limit: data.memory_limit, said: `objective ${data.memory_limit} %`, most: 100, digits: 0 },
  ];

  class Chart {
    constructor(place) {
      this.place = place;
      this.data = JSON.parse(document.getElementById(place.dataset.series).textContent);
      this.columns = {};
      for (const name in this.data.columns) this.columns[name] = unpack(this.data.columns[name]);
      this.start = Date.parse(this.data.start);
      this.from = 0;
      this.to = this.data.minutes;
      this.panels = panels(this.data);
      this.tools();
      this.picture = place.appendChild(html("div"));
      this.readout = html("div", "readout", "Point at the chart to read it. Drag to zoom.");
      place.insertBefore(this.readout, this.picture);
      this.draw();
      this.listen();
    }

    tools() {
      const bar = this.place.appendChild(html("div", "bar-tools"));
      const button = (text, label, act) => {
        const one = bar.appendChild(html("button", "", text));
        one.type = "button";
        one.setAttribute("aria-label", label);
        one.addEventListener("click", act);
      };
      button("−", "Zoom out", () => this.zoom(2));
      button("+", "Zoom in", () => this.zoom(0.5));
      button("◀", "Earlier", () => this.move(-0.4));
      button("▶", "Later", () => this.move(0.4));
      button("All", "Show the whole record", () => this.span(0, this.data.minutes));
      button("Held-out days", "Show the held-out days", () => this.span(this.data.held_out_from, this.data.minutes));
      const key = (kind, text) => {
        const one = bar.appendChild(html("span", "key")), small = make("svg", { viewBox: "0 0 22 10" });
        if (kind === "demand" || kind === "held" || kind === "short") small.append(make("rect", { x: 0, y: 0, width: 22, height: 10, class: kind }));
        else if (kind === "replaced") small.append(make("path", { d: "M6,0h10v10h-10z", class: kind }));
        else if (kind === "failure") small.append(make("path", { d: "M11,0l6,10h-12z", class: kind }));
        else small.append(make("line", { x1: 0, x2: 22, y1: 5, y2: 5, class: kind }));
        one.append(small, text);
      };
      key("demand", "demand");
      key("b-line", this.data.recorded ? "today, recorded" : "today");
      key("a-line", "proposed");
      key("limit", "objective");
      key("short", "minutes short of CPU");
      key("held", "held-out days");
      const kinds = new Set(this.data.marks.map((mark) => mark.kind));
      if (kinds.delete("tasks replaced")) key("replaced", "tasks replaced: a deployment or a restart");
      if (kinds.size) key("failure", "failure");
    }

    x(minute) { return LEFT + ((minute - this.from) / (this.to - this.from)) * (this.width - LEFT - RIGHT); }
    minute(x) { return this.from + ((x - LEFT) / (this.width - LEFT - RIGHT)) * (this.to - this.from); }

    span(from, to) {
      const least = Math.min(4 * this.data.band_min, this.data.minutes), length = Math.min(Math.max(to - from, least), this.data.minutes);
      this.from = Math.min(Math.max(0, from), this.data.minutes - length);
      this.to = this.from + length;
      this.draw();
    }
    zoom(by, at = (this.from + this.to) / 2) { this.span(at - (at - this.from) * by, at + (this.to - at) * by); }
    move(by) { const far = (this.to - this.from) * by; this.span(this.from + far, this.to + far); }

    draw() {
      this.width = Math.max(320, this.place.clientWidth || 900);
      const extra = 58, height = this.panels.reduce((sum, panel) => sum + panel.height + 24, 0) + extra + 26;
      const svg = make("svg", { viewBox: `0 0 ${this.width} ${height}`, height, "aria-hidden": "true" });
      const held = Math.max(this.data.held_out_from, this.from);
      this.bottom = height - 26;
      if (held < this.to) svg.append(make("rect", { x: this.x(held), y: 0, width: this.x(this.to) - this.x(held), height: this.bottom, class: "held" }));
      let top = 0;
      for (const panel of this.panels) {
        this.panel(svg, panel, top + 20);
        top += panel.height + 24;
      }
      this.ticks(svg, top + 4);
      this.time(svg, height);
      this.cross = svg.appendChild(make("line", { y1: 0, y2: this.bottom, class: "cross", visibility: "hidden" }));
      this.pick = svg.appendChild(make("rect", { y: 0, height: this.bottom, width: 0, class: "pick", visibility: "hidden" }));
      this.picture.replaceChildren(svg);
    }

    first() { return Math.max(0, Math.floor(this.from / this.data.band_min)); }
    end(values) { return Math.min(values.length, Math.ceil(this.to / this.data.band_min)); }

    panel(svg, panel, top) {
      const names = panel.demand ? ["demand", `${panel.name}_before`, `${panel.name}_after`] : [`${panel.name}_before`, `${panel.name}_after`];
      let most = panel.limit || 0;
      for (const name of names) {
        const values = this.columns[`${name}_hi`];
        for (let at = this.first(); at < this.end(values); at++) if (values[at] > most) most = values[at];
      }
      const { step, top: scale } = nice(panel.most ? Math.max(panel.most, most) : most * 1.05);
      const y = (value) => top + panel.height - (value / scale) * panel.height;
      svg.append(make("text", { x: LEFT, y: top - 7, class: "title" }, panel.title));
      for (let tick = 0; tick <= scale * 1.0001; tick += step) {
        svg.append(make("line", { x1: LEFT, x2: this.width - RIGHT, y1: y(tick), y2: y(tick), class: "axis" }));
        svg.append(make("text", { x: LEFT - 6, y: y(tick) + 4, class: "tick end" }, +tick.toPrecision(6)));
      }
      if (panel.demand) svg.append(make("path", { d: this.band("demand", y, 0), class: "demand" }));
      for (const [side, kind] of [["before", "b"], ["after", "a"]]) {
        const name = `${panel.name}_${side}`;
        svg.append(make("path", { d: this.band(name, y), class: `${kind}-band` }));
        svg.append(make("path", { d: this.line(`${name}_hi`, y), class: `${kind}-line` }));
      }
      if (panel.limit) {
        svg.append(make("line", { x1: LEFT, x2: this.width - RIGHT, y1: y(panel.limit), y2: y(panel.limit), class: "limit" }));
        svg.append(make("text", { x: this.width - RIGHT - 4, y: y(panel.limit) - 4, class: "tick end said" }, panel.said));
      }
    }

    edge(at) { return Math.min(Math.max(this.x(at * this.data.band_min), LEFT), this.width - RIGHT); }

    // A band from least to most, or from `least` up, in steps; a gap where nothing is known.
    band(name, y, least) {
      const high = this.columns[`${name}_hi`], low = this.columns[`${name}_lo`], parts = [];
      let up = [], down = [];
      const close = () => {
        if (up.length) parts.push(`M${up.join("L")}L${down.reverse().join("L")}Z`);
        up = [];
        down = [];
      };
      for (let at = this.first(); at < this.end(high); at++) {
        if (Number.isNaN(high[at])) { close(); continue; }
        const a = this.edge(at).toFixed(1), b = this.edge(at + 1).toFixed(1), bottom = y(least === undefined ? low[at] : least).toFixed(1);
        up.push(`${a},${y(high[at]).toFixed(1)}`, `${b},${y(high[at]).toFixed(1)}`);
        down.push(`${a},${bottom}`, `${b},${bottom}`);
      }
      close();
      return parts.join("");
    }

    line(name, y) {
      const values = this.columns[name];
      let path = "", on = false;
      for (let at = this.first(); at < this.end(values); at++) {
        if (Number.isNaN(values[at])) { on = false; continue; }
        path += `${on ? "L" : "M"}${this.edge(at).toFixed(1)},${y(values[at]).toFixed(1)}H${this.edge(at + 1).toFixed(1)}`;
        on = true;
      }
      return path;
    }

    // Minutes short, one by one, and what happened.
    ticks(svg, top) {
      const row = (label, spans, y) => {
        svg.append(make("text", { x: LEFT - 6, y: y + 9, class: "tick end" }, label));
        svg.append(make("line", { x1: LEFT, x2: this.width - RIGHT, y1: y + 11, y2: y + 11, class: "axis" }));
        for (const [start, length] of spans) {
          const a = Math.max(start, this.from), b = Math.min(start + length, this.to);
          if (b > a) svg.append(make("rect", { x: this.x(a), y, width: Math.max(1, this.x(b) - this.x(a)), height: 10, class: "short" }));
        }
      };
      row("today", this.data.short_before, top);
      row("prop.", this.data.short_after, top + 17);
      svg.append(make("text", { x: LEFT - 6, y: top + 44, class: "tick end" }, "events"));
      for (const mark of this.data.marks) {
        if (mark.minute < this.from || mark.minute > this.to) continue;
        const x = this.x(mark.minute), y = top + 40, replaced = mark.kind === "tasks replaced";
        const shape = replaced ? `M${x - 5},${y - 5}h10v10h-10z` : `M${x},${y - 6}l6,11h-12z`;
        const one = make("path", { d: shape, class: replaced ? "replaced" : "failure" });
        one.append(make("title", {}, `${stamp(this.start + mark.minute * MINUTE)} ${mark.kind}: ${mark.text}`));
        svg.append(one);
      }
    }

    time(svg, height) {
      const HOUR = 60, DAY = 1440, room = (this.width - LEFT - RIGHT) / 84;
      const step = [15, 30, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY].find((one) => (this.to - this.from) / one <= room) || 56 * DAY;
      const offset = (this.start / MINUTE) % step;
      for (let at = Math.ceil((this.from + offset) / step) * step - offset; at <= this.to; at += step) {
        const when = new Date(this.start + at * MINUTE), x = this.x(at);
        const date = `${when.getUTCDate()} ${["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][when.getUTCMonth()]}`;
        const text = when.getUTCHours() || when.getUTCMinutes() ? `${two(when.getUTCHours())}:${two(when.getUTCMinutes())}` : `${DAYS[when.getUTCDay()]} ${date}`;
        svg.append(make("line", { x1: x, x2: x, y1: this.bottom, y2: this.bottom + 5, class: "axis" }));
        svg.append(make("text", { x, y: height - 6, class: "tick middle" }, text));
      }
    }

    read(minute) {
      const at = Math.floor(minute / this.data.band_min), columns = this.columns;
      if (at < 0 || at >= columns.demand_hi.length) return;
      const from = this.start + at * this.data.band_min * MINUTE, end = (at + 1) * this.data.band_min;
      const short = (spans) => spans.reduce((sum, [start, length]) => sum + Math.max(0, Math.min(start + length, end) - Math.max(start, end - this.data.band_min)), 0);
      const both = (name, digits) => `${show(columns[`${name}_before_hi`][at], digits)} → ${show(columns[`${name}_after_hi`][at], digits)}`;
      this.readout.replaceChildren(
        html("b", "", stamp(from)), ` and ${this.data.band_min} min, most: demand ${show(columns.demand_hi[at], 2)} vCPU; capacity ${both("capacity", 2)}; tasks ${both("tasks", 1)}; CPU ${both("cpu", 0)} %; memory ${both("memory", 0)} %; minutes short ${short(this.data.short_before)} → ${short(this.data.short_after)}`,
      );
    }

    listen() {
      const inside = (event) => (event.clientX - this.picture.getBoundingClientRect().left) * (this.width / this.picture.clientWidth);
      const clip = (x) => Math.min(Math.max(x, LEFT), this.width - RIGHT);
      let from = null;
      this.picture.addEventListener("pointermove", (event) => {
        const x = clip(inside(event));
        this.cross.setAttribute("x1", x);
        this.cross.setAttribute("x2", x);
        this.cross.setAttribute("visibility", "visible");
        this.read(this.minute(x));
        if (from !== null) {
          this.pick.setAttribute("x", Math.min(from, x));
          this.pick.setAttribute("width", Math.abs(x - from));
          this.pick.setAttribute("visibility", "visible");
        }
      });
      this.picture.addEventListener("pointerleave", () => this.cross.setAttribute("visibility", "hidden"));
      this.picture.addEventListener("pointerdown", (event) => { from = clip(inside(event)); event.preventDefault(); this.place.focus({ preventScroll: true }); });
      addEventListener("pointerup", (event) => {
        if (from === null) return;
        const to = clip(inside(event)), begun = from;
        from = null;
        if (Math.abs(to - begun) > 6) this.span(this.minute(Math.min(begun, to)), this.minute(Math.max(begun, to)));
        else this.pick.setAttribute("visibility", "hidden");
      });
      this.picture.addEventListener("dblclick", () => this.span(0, this.data.minutes));
      this.picture.addEventListener("wheel", (event) => {
        if (!event.ctrlKey && !event.metaKey) return;  // the wheel alone scrolls the page
        event.preventDefault();
        this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.minute(clip(inside(event))));
      }, { passive: false });
      const keys = { ArrowLeft: () => this.move(-0.25), ArrowRight: () => this.move(0.25), "+": () => this.zoom(0.5), "=": () => this.zoom(0.5), "-": () => this.zoom(2), 0: () => this.span(0, this.data.minutes), h: () => this.span(this.data.held_out_from, this.data.minutes) };
      this.place.addEventListener("keydown", (event) => {
        if (event.target !== this.place || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
        event.preventDefault();
        keys[event.key]();
        this.read((this.from + this.to) / 2);
      });
      let width = this.width;
      new ResizeObserver(() => {
        if (this.place.clientWidth && Math.abs(this.place.clientWidth - width) > 2) { width = this.place.clientWidth; this.draw(); }
      }).observe(this.place);
    }
  }

  window.trimtabChart = (place) => { if (!place.chart) place.chart = new Chart(place); return place.chart; };
})();
