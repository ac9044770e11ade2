"use client";

import { Pill } from "@/lib/ui/pill";
import { SinceTime } from "@/lib/ui/relative-time";
import { Section } from "./section";
import { useSecurity } from "./security-context";

/** What was done to this account lately, by whom and from where. */
export function SecurityEvents() {
  const { view } = useSecurity();
  return (
    <Section id="events" title="What happened" description="The latest things that matter to who can sign in as you.">
      {view.events.length === 0 ? (
        <p className="px-4 py-6 text-muted sm:px-5">Nothing yet.</p>
      ) : (
        <ol className="divide-y divide-line">
          {view.events.map((event) => (
            <li key={event.id} className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-6 gap-y-0.5 px-4 py-3 sm:px-5">
              <p className="col-span-2 wrap-anywhere sm:col-span-1">{event.summary}</p>
              <p className="order-3 self-end text-right text-sm text-muted sm:order-2 sm:self-auto">
                <SinceTime iso={event.at} className="tabular" />
              </p>
              <p className="order-2 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-muted sm:order-3">
                <span className="wrap-anywhere">{event.actor === view.email ? "You" : event.actor}</span>
                {event.actorIsOperator && <Pill tone="accent">Operator</Pill>}
                {event.sourceAddress && (
                  <span>
                    from <span className="code-text">{event.sourceAddress}</span>
                  </span>
                )}
              </p>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
