import { useEffect, useEffectEvent, useRef, useState } from "react";
import type { DashboardView } from "@/lib/usecases/dashboard-views";
import { api } from "./api";
import { followSubscription } from "./event-stream";

/** Browsers allow few connections to one host, and each stream is one: the first subscriptions are followed, the others asked about. */
const FOLLOWED = 2;
const ASK_EVERY_MS = 15_000;
/** Events come in bursts; one question answers all of one. */
const GATHER_MS = 400;
/** What takes long to answer is asked less often: most of the time nobody works on it. */
const REST_FACTOR = 5;

/** The dashboard as the portal knows it, kept up to date while somebody looks. */
export function useDashboard(initial: DashboardView): DashboardView {
  const [dashboard, setDashboard] = useState(initial);
  const soon = useRef<ReturnType<typeof setTimeout>>(undefined);
  // Where two factors are asked for there is no stream to be had.
  const followed = dashboard.subscriptions.flatMap(({ subscription: { id, locked, billingState } }) => (locked || billingState === "ended" ? [] : [id])).slice(0, FOLLOWED).join(" ");

  const restUntil = useRef(0);
  const ask = useEffectEvent(() => {
    if (document.visibilityState !== "visible") return;
    const asked = performance.now();
    // Until it is answered, or given up.
    restUntil.current = Infinity;
    const answered = () => (restUntil.current = performance.now() + REST_FACTOR * (performance.now() - asked));
    // What is on screen stays when there is no answer; the next one comes soon.
    void api.dashboard().then((answer) => setDashboard(answer), () => undefined).finally(answered);
  });
  useEffect(() => {
    const gather = () => {
      soon.current ??= setTimeout(() => {
        soon.current = undefined;
        if (performance.now() < restUntil.current) gather();
        else ask();
      }, GATHER_MS);
    };
    const leave = followed.split(" ").filter(Boolean).map((id) => followSubscription(id, { onClient: gather, onInstance: gather, onConnected: gather }));
    return () => {
      for (const each of leave) each();
      clearTimeout(soon.current);
      soon.current = undefined;
    };
  }, [followed]);
  useEffect(() => {
    const timer = setInterval(() => ask(), ASK_EVERY_MS);
    const back = () => ask();
    document.addEventListener("visibilitychange", back);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", back);
    };
  }, []);
  return dashboard;
}
