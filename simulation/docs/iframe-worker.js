// Pages opened from disk may start no web worker: there the worker of the search runs in a hidden frame of the page.
"use strict";

if (location.protocol === "file:") {
  window.Worker = class FrameWorker extends EventTarget {
    constructor(script) {
      super();
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      document.body.append(this.frame);
      const inside = this.frame.contentWindow;
      inside.postMessage = (data) => this.tell(new MessageEvent("message", { data }));
      inside.importScripts = async (...scripts) => {
        for (const each of scripts) await load(inside.document, each);
      };
      this.ready = load(inside.document, script);
      this.ready.catch((error) => this.tell(new ErrorEvent("error", { error, message: error.message })));
    }

    tell(event) {
      this.dispatchEvent(event);
      this[`on${event.type}`]?.(event);
    }

    postMessage(data) {
      const inside = this.frame.contentWindow;
      this.ready.then(() => inside.dispatchEvent(new MessageEvent("message", { data: structuredClone(data) }))).catch(() => {});
    }

    terminate() {
      this.frame.remove();
    }
  };
}

function load(page, script) {
  return new Promise((resolve, reject) => {
    const element = page.createElement("script");
    element.src = script;
    element.onload = resolve;
    element.onerror = () => reject(new Error(`${script} cannot be loaded`));
    page.head.append(element);
  });
}
