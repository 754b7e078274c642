"use strict";
// The pages work without this script; with it board and fleet follow what happens, and pictures can be dropped and pasted.

const SHOWS = { defect: "defect", "grad-cam": "Grad-CAM", "unlike-good": "unlike good" };
const KINDS = { PASS: ["good", "✓"], FAIL: ["fail", "✕"], REVIEW: ["review", "?"], ERROR: ["error", "!"] };

function made(name, kind, text) {
  const element = document.createElement(name);
  if (kind) element.className = kind;
  if (text !== undefined) element.textContent = text;
  return element;
}

function face(word, faulty, size) {
  const [kind, shape] = KINDS[word] || (faulty ? ["error", "!"] : ["idle", "·"]);
  const whole = made("span", `face ${kind} ${size || ""}`);
  const mark = made("span", "shape", shape);
  mark.setAttribute("aria-hidden", "true");
  whole.append(mark, made("span", "word", word));
  return whole;
}

const percent = (value) => (value === null ? "–" : `${(100 * value).toFixed(1)} %`);
const score = (value) => (value === null ? "–" : value.toFixed(3));
const local = (text) => new Date(text).toLocaleString();

function localTimes(where = document) {
  for (const time of where.querySelectorAll("time")) time.textContent = local(time.dateTime);
}

// --- board ------------------------------------------------------------------------------------------------------------

const SILENT_MS = 6000;

function follow(board) {
  let heard = Date.now();
  let failures = "";
  const events = new EventSource(board.dataset.events);
  events.onmessage = (event) => {
    heard = Date.now();
    const said = JSON.parse(event.data);
    showNow(said);
    const ids = said.failures.map((part) => part.id).join();
    if (ids !== failures) showFailures(said.failures);
    failures = ids;
  };
  setInterval(() => {
    if (Date.now() - heard > SILENT_MS) {
      setFace("STALE", true);
      setText("#words", "This screen does not hear from the server: nobody knows here how the line is doing.");
    }
  }, 1000);
}

function setText(where, text) {
  const element = document.querySelector(where);
  if (element && element.textContent !== text) element.textContent = text;
}

function setFace(word, faulty) {
  const place = document.querySelector("#face");
  if (place.dataset.word === `${word}${faulty}`) return;
  place.dataset.word = `${word}${faulty}`;
  place.replaceChildren(face(word, faulty, "huge"));
}

function showNow(board) {
  setFace(board.face, board.faulty);
  setText("#words", board.words);
  const last = board.last;
  setText("#part", last ? `Part ${last.part_number}${last.part_serial ? ` (${last.part_serial})` : ""}${last.lot ? `, lot ${last.lot}` : ""}, ${local(last.time_utc)}` : "No part yet");
  setText("#since", local(board.shift_began));
  const interval = board.shift.yield_interval_95;
  const counts = { ...board.shift, yield: percent(board.shift.yield), interval: interval ? `95 %: ${percent(interval[0])} to ${percent(interval[1])}` : "" };
  for (const element of document.querySelectorAll("#counts [data-count]")) setText(`#counts [data-count=${element.dataset.count}]`, String(counts[element.dataset.count]));
  const line = board.line;
  if (!line) return;
  const facts = { ...line, lot: line.lot || "without number", model: line.model || "–", frames_per_s: line.frames_per_s.toFixed(1), latency_p99_ms: line.latency_p99_ms === null ? "–" : `${line.latency_p99_ms.toFixed(0)} ms`, time_utc: local(line.time_utc) };
  for (const element of document.querySelectorAll("#health [data-line]")) setText(`#health [data-line=${element.dataset.line}]`, String(facts[element.dataset.line]));
}

function showFailures(parts) {
  const list = document.querySelector("#failures");
  list.replaceChildren(...parts.map((part) => {
    const item = made("li");
    const link = made("a");
    link.href = `/parts/${encodeURIComponent(part.id)}`;
    if (part.has_picture) {
      const picture = made("img");
      picture.alt = "";
      picture.src = `/api/parts/${encodeURIComponent(part.id)}/picture?heatmap=1&width=320`;
      picture.onerror = () => picture.replaceWith(made("span", "nopicture", "picture is gone"));
      link.append(picture);
    } else link.append(made("span", "nopicture", "no picture kept"));
    link.append(face(part.verdict), made("span", "", `Part ${part.part_number}`), made("span", "muted", score(part.p_defective)));
    item.append(link);
    return item;
  }));
  if (!parts.length) list.append(made("li", "muted", "None in this shift."));
}

// --- fleet ------------------------------------------------------------------------------------------------------------

// The server renders the pieces of the page; those that changed take the places of those before.
function followFleet(place) {
  let heard = Date.now();
  const known = new Map();
  const events = new EventSource(place.dataset.events);
  events.onmessage = (event) => {
    heard = Date.now();
    const said = document.createElement("template");
    said.innerHTML = JSON.parse(event.data).html;
    const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
    const order = (root) => [...root.querySelectorAll("[data-piece]")].map((piece) => piece.dataset.piece).join("\n");
    if (order(place) === order(said.content) && !place.querySelector(".silent")) {
      place.querySelector("[data-pieces]").className = said.content.querySelector("[data-pieces]").className;
      for (const piece of said.content.querySelectorAll("[data-piece]")) exchange(piece);
    } else {
      known.clear();
      place.replaceChildren(said.content);
      localTimes(place);
    }
    if (focused && document.activeElement.id !== focused) document.getElementById(focused)?.focus();
  };

  function exchange(piece) {
    const name = piece.dataset.piece;
    const text = piece.outerHTML;
    if (known.get(name) === text) return;
    known.set(name, text);
    localTimes(piece);
    place.querySelector(`[data-piece="${CSS.escape(name)}"]`).replaceWith(piece);
  }

  setInterval(() => {
    if (Date.now() - heard <= SILENT_MS || place.querySelector(".silent")) return;
    const line = made("p");
    line.append(face("STALE", true, "banner"));
    const words = "This screen does not hear from the server: nobody knows here how the stations are.";
    place.querySelector('[data-piece="now"]').replaceChildren(line, made("p", "words silent", words));
    for (const shown of place.querySelectorAll(".station header .face")) shown.replaceWith(face("STALE", true));
    place.querySelector("[data-pieces]").classList.add("stale");
  }, 1000);
}

// --- pictures that are sent in ----------------------------------------------------------------------------------------

function sending(form) {
  const drop = document.querySelector("#drop");
  const input = document.querySelector("#picture");
  const button = form.querySelector("button");
  form.addEventListener("submit", (event) => { event.preventDefault(); send([...input.files]); });
  input.addEventListener("change", () => { if (input.files.length) send([...input.files]); });
  for (const name of ["dragover", "dragleave", "drop"]) document.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
    if (name === "drop") send([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (files.length) send(files);
  });

  let busy = false;
  async function send(files) {
    if (busy || !files.length) return;
    busy = button.disabled = true;
    let done = 0;
    for (const file of files) {
      say(`Judging ${++done} of ${files.length}: ${file.name}`);
      try { show(await judged(file)); } catch (error) { refused(file.name, error.message); }
    }
    say(`${files.length === 1 ? "One picture" : `${files.length} pictures`} judged. Nothing was recorded.`);
    busy = button.disabled = false;
    form.reset();
  }

  async function judged(file) {
    for (;;) {
      const body = new FormData();
      body.append("picture", file);
      const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "application/json" } });
      if (answer.status === 429) {
        const wait = Number(answer.headers.get("retry-after") || 2);
        say(`Many pictures wait; this one is sent again in ${wait} s.`);
        await new Promise((go) => setTimeout(go, 1000 * wait));
        continue;
      }
      const said = await answer.json();
      if (!answer.ok) throw new Error(`${said.what}. ${said.next_step}`);
      return said.results[0];
    }
  }

  const say = (text) => { document.querySelector("#said").textContent = text; };

  function show(answer) {
    const card = made("article", "judged");
    const verdict = made("p");
    verdict.append(face(answer.verdict));
    card.append(made("h2", "", answer.name), verdict);
    if (answer.class) {
      const line = made("p", "class", `${answer.class} `);
      line.append(made("strong", "", percent(answer.probability)));
      card.append(line);
    }
    if (answer.reason) card.append(made("p", "", answer.reason));
    const pair = made("div", "pair");
    for (const [name, words] of [["picture", "Picture"], ["heatmap", `Heatmap: ${SHOWS[answer.heatmap_shows]}`]]) if (answer[name]) {
      const figure = made("figure");
      const picture = made("img");
      picture.src = answer[name];
      picture.alt = name === "picture" ? answer.name : `${answer.name} with its heatmap`;
      figure.append(picture, made("figcaption", "", words));
      pair.append(figure);
    }
    const strange = answer.strangeness === null ? "" : `; strangeness ${answer.strangeness.toFixed(2)}`;
    card.append(pair, made("p", "muted", `P(defective) ${score(answer.p_defective)}, fails from ${score(answer.fail_at)}${strange}; recipe ${answer.recipe}, model ${answer.model}`));
    document.querySelector("#answers").prepend(card);
  }

  function refused(name, words) {
    const card = made("article", "judged");
    card.append(made("h2", "", name), made("p", "words", words));
    document.querySelector("#answers").prepend(card);
  }
}

localTimes();
const board = document.querySelector("#board");
if (board) follow(board);
const fleet = document.querySelector("#fleet");
if (fleet) followFleet(fleet);
const form = document.querySelector("#send");
if (form) sending(form);
