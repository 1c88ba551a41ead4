// What is wrong with the page as it is laid out now: a list of sentences, each with the text it is about.
(() => {
  const found = [], width = innerWidth, texts = [];
  const say = (what, text) => found.push(`${what}: ${text.trim().slice(0, 40)}`);
  const parse = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const light = ({ r, g, b }) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.a === 1) return colour;
      if (colour.a > 0) say("half transparent", e.textContent);
    }
    return parse(matchMedia("(prefers-color-scheme: dark)").matches ? "rgb(18,18,18)" : "rgb(255,255,255)");
  };
  if (document.documentElement.scrollWidth > width) say("wider than the screen", `${document.documentElement.scrollWidth}px`);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data, element = node.parentElement;
    if (!text.trim() || element.closest("style")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 1);
    const style = getComputedStyle(element);
    if (!boxes.length || style.visibility === "hidden" || style.opacity === "0") { say("not to be seen", text); continue; }
    const size = parseFloat(style.fontSize);
    if (size < 14) say(`small, ${size}px`, text);
    const [one, two] = [light(parse(style.color)), light(behind(element))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (two + 0.05);
    if (ratio < 4.5) say(`faint, ${ratio.toFixed(2)}`, text);
    const cell = element.closest("td, div, body").getBoundingClientRect();
    for (const box of boxes) {
      if (box.right > width + 0.5 || box.left < -0.5) say("beyond the screen", text);
      if (box.right > cell.right + 1 || box.left < cell.left - 1 || box.bottom > cell.bottom + 2) say("beyond its cell", text);
    }
    const lines = new Set(boxes.map((box) => Math.round(box.top))).size, letters = text.trim().length;
    if (lines > 2 && letters / lines < 5) say(`squeezed into ${lines} lines`, text);
    texts.push({ text, boxes });
  }
  texts.forEach((one, i) => texts.slice(i + 1).forEach((two) => one.boxes.forEach((a) => two.boxes.forEach((b) => {
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (wide > 1 && high > 4) say("overlaps", `${one.text.trim().slice(0, 18)} / ${two.text}`);
  }))));
  return [...new Set(found)];
})()
