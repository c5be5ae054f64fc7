"use strict";
// Values under the pointer, or where the arrow keys have moved; the numbers are those of the table beside each chart.
for (const plot of document.querySelectorAll(".plot")) {
  const figure = plot.closest("figure");
  const names = [...figure.querySelectorAll("thead th")].map(cell => cell.textContent);
  const rows = [...figure.querySelectorAll("tbody tr")].map(row => [...row.cells].map(cell => cell.textContent));
  const lines = [...plot.querySelectorAll(".line")];
  const [left, right, bottom, top] = ["left", "right", "bottom", "top"].map(side => Number(plot.dataset[side]));
  const scale = plot.dataset.logarithmic === "1" ? Math.log : Number;
  const across = x => 100 * (x - left) / (right - left);
  const up = y => 100 * (scale(y) - scale(bottom)) / (scale(top) - scale(bottom));
  const make = (name, parent = plot) => parent.appendChild(Object.assign(document.createElement("div"), {className: name, hidden: true}));
  const cursor = make("cursor"), values = make("values");
  const dots = lines.map(line => make("dot " + [...line.classList].find(name => /^s\d$/.test(name))));
  values.setAttribute("role", "status");
  let current = -1;

  const hide = () => [cursor, values, ...dots].forEach(part => part.hidden = true);
  const show = index => {
    if (!rows.length) return;
    current = Math.min(Math.max(index, 0), rows.length - 1);
    const [x, ...ys] = rows[current];
    const place = across(Number(x));
    cursor.hidden = values.hidden = false;
    cursor.style.left = place + "%";
    values.replaceChildren(`${names[0]}: ${x}`);
    ys.forEach((y, number) => {
      const line = values.appendChild(document.createElement("div"));
      const key = line.appendChild(document.createElement("span"));
      key.className = "key " + [...lines[number].classList].slice(1).join(" ");
      line.append(names[number + 1]);
      line.appendChild(document.createElement("b")).textContent = y;
      const height = up(Number(y));
      dots[number].hidden = !Number.isFinite(height);
      dots[number].style.left = place + "%";
      dots[number].style.bottom = height + "%";
    });
    // Beside the cursor, where there is room.
    const middle = plot.clientWidth * place / 100;
    const beside = middle + 12 + values.offsetWidth <= plot.clientWidth ? middle + 12 : middle - 12 - values.offsetWidth;
    values.style.left = Math.max(beside, -plot.offsetLeft) + "px";
  };

  plot.addEventListener("pointermove", event => {
    const box = plot.getBoundingClientRect();
    const x = left + (right - left) * (event.clientX - box.left) / box.width;
    let nearest = 0;
    rows.forEach((row, index) => { if (Math.abs(row[0] - x) < Math.abs(rows[nearest][0] - x)) nearest = index; });
    show(nearest);
  });
  plot.addEventListener("pointerleave", hide);
  plot.addEventListener("blur", hide);
  plot.addEventListener("keydown", event => {
    const step = {ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -rows.length, End: rows.length}[event.key];
    if (step) { event.preventDefault(); show(current + step); }
    if (event.key === "Escape") hide();
  });
}
