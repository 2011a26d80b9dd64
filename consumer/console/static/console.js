// What pages do beyond links and forms: ages that go on, times of the reader's zone, texts that outlive a swap.
(() => {
  "use strict";
  const STEPS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const AGES_EVERY_MS = 5000;
  let ahead_ms = 0;

  const content = () => document.getElementById("content");

  // As `age` of rendering.py writes it.
  function age(past_ms) {
    let left = Math.floor(Math.abs(past_ms) / 1000);
    const parts = [];
    for (const [size, unit] of STEPS) {
      if (left >= size || (unit === "s" && !parts.length)) {
        parts.push(`${Math.floor(left / size)} ${unit}`);
        left %= size;
      } else if (parts.length) break;
    }
    const said = parts.slice(0, 2).join(" ");
    return past_ms < 0 ? `in ${said}` : `${said} ago`;
  }

  function showAges() {
    const now_ms = Date.now() - ahead_ms;
    for (const each of document.querySelectorAll("time[datetime]")) {
      each.textContent = age(now_ms - Date.parse(each.dateTime));
    }
  }

  function nameZones() {
    for (const each of document.querySelectorAll("time[datetime]")) {
      each.title = new Date(each.dateTime).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
    }
  }

  // Ages count from the clock of the console, which may differ from that of this machine.
  function arrive() {
    ahead_ms = Date.now() - Number(content().dataset.now);
    nameZones();
    for (const each of document.querySelectorAll(".scroll")) {
      if (each.scrollWidth > each.clientWidth) each.tabIndex = 0;
    }
  }

  // What somebody has typed or unfolded stays when the page fetches itself again.
  const kept = new Map();
  const typed = () => content().querySelectorAll("form input:not([type=hidden]), form textarea, form select");
  const keyOf = (each) => `${each.form.getAttribute("action")} ${each.name || each.id}`;

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target !== content()) return;
    kept.clear();
    for (const each of typed()) kept.set(keyOf(each), each.type === "checkbox" ? each.checked : each.value);
    content().querySelectorAll("details").forEach((each, place) => kept.set(`details ${place}`, each.open));
  });

  document.addEventListener("htmx:afterSwap", () => {
    for (const each of typed()) {
      const value = kept.get(keyOf(each));
      if (value === undefined) continue;
      if (each.type === "checkbox") each.checked = value;
      else each.value = value;
    }
    content().querySelectorAll("details").forEach((each, place) => { each.open = kept.get(`details ${place}`) ?? each.open; });
    arrive();
  });

  // A session that has ended is answered by 401, another process by the login: neither is a part of this page.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    const isElsewhere = xhr.status === 401 || xhr.responseURL && new URL(xhr.responseURL).pathname !== location.pathname;
    if (isElsewhere) event.detail.shouldSwap = false;
    document.getElementById("ended").hidden = !isElsewhere;
  });

  function live(isLive) {
    const notice = document.getElementById("live");
    if (!isLive && notice.hidden) {
      notice.querySelector("time").dateTime = new Date(Number(content().dataset.now)).toISOString();
    }
    if (isLive && !notice.hidden) htmx.trigger(content(), "sse:changed");
    notice.hidden = isLive;
    showAges();
  }
  document.addEventListener("htmx:sseError", () => live(false));
  document.addEventListener("htmx:sseOpen", () => live(true));

  arrive();
  document.querySelector("#menu [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
  setInterval(showAges, AGES_EVERY_MS);
})();
