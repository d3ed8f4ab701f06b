"use strict";
// The queue in a browser. The token comes once behind the address' #, which no server sees, and is kept in this
// browser for this address alone.

const KEPT = "tapeloom-token";
const $ = (id) => document.getElementById(id);
let token = "";
let socket = null;
let pause = 1000;
const cards = new Map();

const STAGES = {
  waiting: "waiting", preparing: "getting ready", running: "rendering", paused: "paused",
  done: "done", failed: "failed", cancelled: "cancelled",
};
const BUTTONS = {
  waiting: [["first", "Do it next"], ["pause", "Hold"], ["cancel", "Cancel"]],
  preparing: [["cancel", "Cancel"]],
  running: [["pause", "Pause"], ["cancel", "Cancel"]],
  paused: [["resume", "Go on"], ["cancel", "Cancel"]],
  done: [["remove", "Take off the list"]],
  failed: [["retry", "Try again"], ["remove", "Take off the list"]],
  cancelled: [["retry", "Try again"], ["remove", "Take off the list"]],
};

// ---------------------------------------------------------------------------------------------- talking

async function ask(path, options = {}) {
  const answer = await fetch(path, { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } });
  if (answer.status === 401) { shut("The token is wrong, or another was made."); throw new Error("no token"); }
  if (!answer.ok) {
    let text = `${answer.status} ${answer.statusText}`;
    try {
      const said = (await answer.json()).detail;
      text = typeof said === "string" ? said : said.map((one) => `${one.loc.slice(1).join(".")}: ${one.msg}`).join("\n");
    } catch { /* no JSON: the status says it */ }
    throw new Error(text);
  }
  return answer;
}

function watch() {
  const mine = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/watch`);
  socket = mine;
  mine.onopen = () => mine.send(JSON.stringify({ token }));
  mine.onmessage = (message) => {
    pause = 1000;
    const state = JSON.parse(message.data);
    say($("link"), state.remark || "live");
    if (!state.remark) show(state.jobs);
  };
  mine.onclose = (event) => {
    if (socket !== mine) return;
    if (event.code === 4401) { shut("The token is wrong, or another was made."); return; }
    say($("link"), "connection lost: trying again…");
    setTimeout(() => { if (socket === mine) watch(); }, pause);
    pause = Math.min(15000, pause * 2);
  };
}

document.addEventListener("visibilitychange", () => {
  // a phone that was asleep holds a dead connection without knowing it
  if (document.visibilityState === "visible" && token && socket && socket.readyState > 1) { pause = 1000; watch(); }
});

// ---------------------------------------------------------------------------------------------- showing

function say(element, text) { if (element.textContent !== text) element.textContent = text; }

function show(jobs) {
  const over = jobs.filter((job) => rank(job) === 3).reverse(); // what ended last comes first
  const live = jobs.filter((job) => rank(job) < 3).sort((one, other) => rank(one) - rank(other));
  const order = [...live, ...over];
  const list = $("jobs");
  $("none").hidden = jobs.length > 0;
  const seen = new Set();
  order.forEach((job, place) => {
    seen.add(job.id);
    let card = cards.get(job.id);
    if (!card) { card = made(job.id); cards.set(job.id, card); }
    fill(card, job);
    if (list.children[place] !== card.li) list.insertBefore(card.li, list.children[place] || null);
  });
  for (const [id, card] of cards) {
    if (!seen.has(id)) { card.li.remove(); if (card.url) URL.revokeObjectURL(card.url); cards.delete(id); }
  }
}

function rank(job) { return { running: 0, preparing: 0, paused: 1, waiting: 2 }[job.stage] ?? 3; }

function made(id) {
  const li = $("job").content.firstElementChild.cloneNode(true);
  const find = (what) => li.querySelector(what);
  const title = find("h3");
  title.id = `job-${id}`;
  find("article").setAttribute("aria-labelledby", title.id);
  find("progress").setAttribute("aria-labelledby", title.id);
  return { id, li, title, stage: find(".stage"), bar: find("progress"), figures: find(".figures"), text: find(".text"),
    still: find(".still"), files: find(".files"), buttons: find(".buttons"), more: find(".more"), log: find("pre"),
    stamp: "", url: "", shown: "", listed: "" };
}

function fill(card, job) {
  const live = ["running", "preparing", "paused"].includes(job.stage);
  const article = card.li.firstElementChild;
  if (article.className !== job.stage) article.className = job.stage;
  say(card.title, job.name);
  const wish = { cancel: "is being cancelled", pause: "is being paused" }[job.wish];
  say(card.stage, wish && live && job.stage !== "paused" ? wish : STAGES[job.stage] || job.stage);
  card.bar.hidden = !live;
  if (live) card.bar.value = job.share;
  say(card.figures, figures(job, live));
  say(card.text, job.text || "");
  const said = [...job.notes, ...job.log].join("\n");
  card.more.hidden = !said;
  say(card.log, said);
  picture(card, job);
  files(card, job);
  buttons(card, job, wish);
}

function figures(job, live) {
  const words = [];
  if (live && job.share > 0) words.push(`${(100 * job.share).toFixed(job.share < 0.1 ? 1 : 0)} %`);
  if (job.stage === "running" && job.fps > 0) words.push(`${job.fps.toFixed(1)} fps`);
  if (job.stage === "running" && job.left_s !== null) words.push(`${clock(job.left_s)} left`);
  if (job.stage === "done") words.push(`in ${clock(job.elapsed_s)}`);
  if (live && job.size_bytes > 0) words.push(size(job.size_bytes));
  return words.join(" · ");
}

function clock(seconds) {
  const whole = Math.round(seconds), two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

function size(bytes) {
  let unit = "B";
  for (const next of ["kB", "MB", "GB", "TB"]) { if (bytes < 1000) break; bytes /= 1000; unit = next; }
  return `${unit === "B" ? bytes : bytes.toFixed(bytes < 10 ? 1 : 0)} ${unit}`;
}

async function picture(card, job) {
  if (!job.still || job.still === card.stamp) return;
  card.stamp = job.still;
  try {
    const blob = await (await ask(`/api/jobs/${card.id}/still?${encodeURIComponent(job.still)}`)).blob();
    if (card.url) URL.revokeObjectURL(card.url);
    card.url = URL.createObjectURL(blob);
    card.still.src = card.url;
    card.still.alt = `a frame of ${job.name}`;
    card.still.hidden = false;
  } catch { card.stamp = ""; /* gone in the meantime: the next state tells */ }
}

function files(card, job) {
  const listed = JSON.stringify(job.files);
  if (listed === card.listed) return;
  card.listed = listed;
  card.files.replaceChildren(...job.files.map((file, number) => {
    const li = document.createElement("li");
    if (file.size_bytes === null || file.folder) {
      li.textContent = `${file.name}: ${file.folder ? "a folder, kept on the machine" : "it is gone"}`;
      return li;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `Fetch ${file.name} (${size(file.size_bytes)})`;
    button.onclick = () => tried(card, async () => {
      const { url } = await (await ask(`/api/jobs/${card.id}/files/${number}/address`, { method: "POST" })).json();
      const link = document.createElement("a");
      link.href = url;
      link.download = file.name;
      link.click();
    });
    li.append(button);
    return li;
  }));
}

function buttons(card, job, wish) {
  const shown = `${job.stage} ${wish || ""}`;
  if (shown === card.shown) return;
  const held = card.buttons.contains(document.activeElement) ? document.activeElement.dataset.what : "";
  card.shown = shown;
  card.buttons.replaceChildren(...(BUTTONS[job.stage] || []).map(([what, text]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.what = what;
    button.textContent = text;
    button.setAttribute("aria-label", `${text}: ${job.name}`);
    button.disabled = job.wish === what;
    button.onclick = () => {
      if (what === "cancel" && !confirm(`Cancel ${job.name}?`)) return;
      const gone = what === "remove";
      tried(card, () => ask(`/api/jobs/${card.id}${gone ? "" : `/${what}`}`, { method: gone ? "DELETE" : "POST" }));
    };
    return button;
  }));
  if (held) (card.buttons.querySelector("button:not(:disabled)") || card.title).focus?.();
}

async function tried(card, what) {
  try { await what(); } catch (fault) { say(card.text, fault.message); }
}

// ---------------------------------------------------------------------------------------------- ordering

let presets = [];

async function choices() {
  const [tapes, known] = await Promise.all([ask("/api/files"), ask("/api/presets")]);
  const listed = (await tapes.json()).files;
  presets = await known.json();
  const option = (value, text) => Object.assign(document.createElement("option"), { value, textContent: text });
  $("source").replaceChildren(option("", listed.length ? "choose…" : "no tapes are here yet"),
    ...listed.map((one) => option(one.path, `${one.path} (${size(one.size_bytes)})`)));
  if (!$("preset").options.length) $("preset").replaceChildren(...presets.map((one) => option(one.name, one.title)));
  about();
}

function about() { say($("about"), presets.find((one) => one.name === $("preset").value)?.about || ""); }

function sent(file) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest(); // fetch tells nobody how far an upload is
    request.open("PUT", `/api/uploads/${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    $("sent").hidden = false;
    request.upload.onprogress = (event) => { if (event.lengthComputable) $("sent").value = event.loaded / event.total; };
    request.onload = () => {
      $("sent").hidden = true;
      let said = {};
      try { said = JSON.parse(request.responseText); } catch { /* no JSON: the status says it */ }
      if (request.status === 201) done(said.path);
      else failed(new Error(said.detail || `${request.status} ${request.statusText}`));
    };
    request.onerror = () => { $("sent").hidden = true; failed(new Error("the connection broke off: send it again")); };
    request.send(file);
  });
}

$("order").onsubmit = async (event) => {
  event.preventDefault();
  const button = event.submitter || $("order").querySelector("button");
  button.disabled = true;
  say($("order-fault"), "");
  say($("order-said"), "");
  try {
    const file = $("file").files[0], own = $("graph").files[0];
    const input = file ? await sent(file) : $("source").value;
    if (!input) throw new Error("Choose a tape, or send one.");
    const order = { input };
    if (own) order.graph = JSON.parse(await own.text()); else order.preset = $("preset").value;
    await ask("/api/jobs", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(order),
    });
    $("file").value = "";
    $("graph").value = "";
    say($("order-said"), "It is in line.");
    await choices();
  } catch (fault) {
    say($("order-fault"), fault instanceof SyntaxError ? "That file is no graph." : fault.message);
  } finally { button.disabled = false; }
};
$("preset").onchange = about;
$("add").ontoggle = () => { if ($("add").open) choices().catch((fault) => say($("order-fault"), fault.message)); };

// ---------------------------------------------------------------------------------------------- the token

function shut(why) {
  token = "";
  localStorage.removeItem(KEPT);
  if (socket) { const old = socket; socket = null; old.close(); }
  $("inside").hidden = true;
  $("enter").hidden = false;
  say($("enter-fault"), why);
  say($("link"), "closed");
  $("token").focus();
}

function open_(word) {
  token = word;
  localStorage.setItem(KEPT, word);
  $("enter").hidden = true;
  $("inside").hidden = false;
  say($("link"), "connecting…");
  watch();
}

$("enter").onsubmit = (event) => {
  event.preventDefault();
  const word = $("token").value.trim();
  $("token").value = "";
  say($("enter-fault"), "");
  if (word) open_(word);
};

function begin() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) history.replaceState(null, "", location.pathname); // neither the history nor a photo of the screen keeps it
  const word = given || localStorage.getItem(KEPT) || "";
  if (word) open_(word); else shut("");
}

window.addEventListener("hashchange", begin);
begin();
