// Everything here is a convenience: the pages are complete without it.
(() => {
  "use strict";
  const main = document.getElementById("main");
  const seen = new WeakMap();
  const LOOK_AGAIN_MS = 700;
  const CONNECT_AGAIN_MS = 15000;
  document.documentElement.classList.add("js");

  // "/" goes to the search, as people who type expect.
  document.addEventListener("keydown", (event) => {
    const search = document.getElementById("q");
    if (event.key !== "/" || !search || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    event.preventDefault();
    search.focus();
    search.select();
  });

  // Copy buttons; where a browser lends no clipboard, the text is selected instead.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    const source = document.getElementById(button.dataset.copyFrom ?? "") ?? button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(button.dataset.copy ?? source.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });

  if (main?.dataset.live) follow(main);

  // Looks at this page again whenever the Connector says that something changed.
  function follow(main) {
    const pulse = document.getElementById("pulse");
    const show = document.getElementById("lines") ? logShown() : figuresShown();
    let looking = false, again = false;

    const look = async () => {
      if (document.hidden) { again = true; return; }
      if (looking) { again = true; return; }
      looking = true;
      again = false;
      try {
        const answer = await fetch(location.href, { headers: { accept: "text/html" } });
        if (answer.status === 404 || answer.status === 410) return location.reload();
        if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
      } catch { /* the stream will say when the Connector is back */ }
      looking = false;
      if (again && !document.hidden) setTimeout(look, LOOK_AGAIN_MS);
    };

    const connect = () => {
      const stream = new EventSource(main.dataset.live);
      let before = false;
      stream.addEventListener("changed", look);
      stream.addEventListener("open", () => {
        pulse.hidden = false;
        pulse.classList.remove("lost");
        pulse.textContent = "Keeps itself current";
        if (before) look();
        before = true;
      });
      stream.addEventListener("error", () => {
        pulse.classList.add("lost");
        pulse.textContent = "Not current just now; connecting again";
        if (stream.readyState === EventSource.CLOSED) setTimeout(() => { look(); connect(); }, CONNECT_AGAIN_MS);
      });
      addEventListener("pagehide", () => stream.close(), { once: true });
    };
    document.addEventListener("visibilitychange", () => { if (!document.hidden && again) look(); });
    addEventListener("pageshow", (event) => { if (event.persisted) { look(); connect(); } });
    connect();
  }

  function figuresShown() {
    return (fresh) => ["counts", "clubs"].forEach((id) => replace(document.getElementById(id), fresh.getElementById(id)));
  }

  // The log: lines heal where they stand; new ones are put on top, or wait behind a button while
  // somebody is reading further down.
  function logShown() {
    const lines = document.getElementById("lines");
    const button = document.getElementById("fresh");
    const announce = document.getElementById("announce");
    const told = new Set();
    let waiting = null;

    button.addEventListener("click", () => {
      const first = place(waiting);
      hush();
      scrollTo({ top: lines.getBoundingClientRect().top + scrollY - 16 });
      first?.querySelector("summary").focus({ preventScroll: true });
    });

    return (fresh) => {
      replace(document.getElementById("opening"), fresh.getElementById("opening"), "pulse");
      replace(document.getElementById("needs"), fresh.getElementById("needs"));
      const healed = heal(fresh);
      const added = [...fresh.querySelectorAll("#lines .line")].filter((line) => !document.getElementById(line.id));
      if (added.length && main.dataset.newest === "true") {
        if (reading()) {
          waiting = fresh;
          button.querySelector("span").textContent = `${added.length} new`;
          button.hidden = false;
        } else {
          place(fresh);
          hush();
        }
      }
      if (main.dataset.newest === "true" && !reading()) trim(fresh);
      const unheard = added.filter((line) => !told.has(line.id));
      unheard.forEach((line) => told.add(line.id));
      if (unheard.length || healed.length) announce.textContent = words(unheard, healed);
    };

    function reading() {
      const within = lines.contains(document.activeElement) || lines.querySelector("details[open]");
      return within || lines.getBoundingClientRect().top < 0;
    }

    function hush() {
      waiting = null;
      button.hidden = true;
    }

    // Replaces what changed inside a line, and leaves its disclosure and its focus alone.
    function heal(fresh) {
      return [...lines.querySelectorAll(".line")].filter((line) => {
        const next = fresh.getElementById(line.id);
        if (!next) return false;
        const changed = replace(line.querySelector(".head"), next.querySelector(".head"));
        replace(line.querySelector(".body"), next.querySelector(".body"));
        if (line.className.replace(" arrived", "") !== next.className) line.className = next.className;
        if (changed) flash(line);
        return changed;
      });
    }

    // Puts lines that are not there yet where they belong; answers the first of them.
    function place(fresh) {
      document.getElementById("empty")?.remove();
      let first = null;
      const added = [...fresh.querySelectorAll("#lines .line")].filter((line) => !document.getElementById(line.id));
      for (const line of added.reverse()) {
        const theirs = line.closest(".day");
        const follower = nextKnown(line);
        let day = document.getElementById(theirs.id);
        if (!day) {
          day = theirs.cloneNode(true);
          day.querySelector("ol").replaceChildren();
          const later = [...lines.querySelectorAll(".day")].find((other) => other.id < day.id);
          lines.insertBefore(document.adoptNode(day), later ?? null);
        }
        const list = day.querySelector("ol");
        first = document.importNode(line, true);
        list.insertBefore(first, follower && list.contains(follower) ? follower : null);
        flash(first);
      }
      return first;
    }

    // Lets go of what is no longer on this page: pushed off its end, or no longer what was asked for.
    function trim(fresh) {
      for (const line of lines.querySelectorAll(".line")) if (!fresh.getElementById(line.id)) line.remove();
      for (const day of lines.querySelectorAll(".day")) if (!day.querySelector(".line")) day.remove();
      const empty = fresh.getElementById("empty");
      if (empty && !document.getElementById("empty")) lines.append(document.importNode(empty, true));
      const pages = fresh.querySelector(".pages");
      document.querySelector(".pages")?.remove();
      if (pages) lines.after(document.importNode(pages, true));
    }

    function nextKnown(line) {
      for (let next = line.nextElementSibling; next; next = next.nextElementSibling) {
        const known = document.getElementById(next.id);
        if (known) return known;
      }
      return null;
    }

    function words(added, healed) {
      const of = (line) => line.querySelector("h3").textContent.replace(/\s+/g, " ").trim();
      const parts = [];
      if (added.length === 1) parts.push(`New: ${of(added[0])}`);
      if (added.length > 1) parts.push(`${added.length} new lines`);
      if (healed.length === 1) parts.push(`Changed: ${of(healed[0])}, ${healed[0].querySelector(".kind").textContent.trim()}`);
      if (healed.length > 1) parts.push(`${healed.length} lines changed`);
      return `${parts.join(". ")}.`;
    }
  }

  // Takes over the content of the fresh element if it differs; `keep` names a child that stays.
  function replace(old, fresh, keep) {
    if (!old || !fresh) return false;
    const kept = keep && document.getElementById(keep);
    const slot = keep && fresh.querySelector(`#${keep}`);
    const before = seen.get(old) ?? plain(old, keep);
    const next = plain(fresh, keep);
    seen.set(old, next);
    if (before === next) return false;
    const focused = old.contains(document.activeElement) ? document.activeElement.dataset.copy : null;
    if (slot && kept) slot.replaceWith(kept);
    old.replaceChildren(...fresh.childNodes);
    if (focused) old.querySelector(`[data-copy="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    return true;
  }

  function plain(element, without) {
    const copy = element.cloneNode(true);
    if (without) copy.querySelector(`#${without}`)?.remove();
    return copy.innerHTML;
  }

  function flash(line) {
    line.classList.remove("arrived");
    void line.offsetWidth;
    line.classList.add("arrived");
  }
})();
