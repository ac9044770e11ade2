"use client";

import { useEffect, useEffectEvent, useReducer } from "react";
import { Laptop, Link2Off, ShieldCheck } from "lucide-react";
import Link from "next/link";
import { signOut } from "next-auth/react";
import { toApiError } from "@/app/_client/api-error";
import { enrolmentApi } from "@/app/_client/enrolment-api";
import { forgetLink, openLink } from "@/app/_client/kept-link";
import { LinkForAnother, LinkHome, LinkIncomplete, LinkOpening, LinkPanel } from "@/app/_components/link-panel";
import { Button, buttonClass } from "@/lib/ui/button";
import type { EnrolmentOfferView } from "@/lib/usecases/enrolments-view";
import { EnrolFlow } from "./enrol-flow";

type State =
  | { phase: "opening" }
  | { phase: "incomplete" }
  | { phase: "signed-out" }
  | { phase: "two-factor"; message: string }
  | { phase: "sign-in-again"; message: string }
  | { phase: "over"; message: string }
  | { phase: "failed"; message: string }
  | { phase: "ready"; token: string; offer: EnrolmentOfferView };

/** Says what it is about, and waits for the button: that the page was opened, by a person or a mail filter, adds nothing. */
export function Enrolment({ signedIn }: { signedIn: string | null }) {
  const [state, setState] = useReducer((_: State, next: State) => next, { phase: "opening" });

  const read = useEffectEvent(async () => {
    const token = openLink("enrolment", location.hash, sessionStorage);
    // Out of the address bar and the history: whoever looks there later finds nothing to use.
    if (location.hash !== "") history.replaceState(history.state, "", location.pathname);
    if (token === null) return setState({ phase: "incomplete" });
    if (signedIn === null) return setState({ phase: "signed-out" });
    try {
      setState({ phase: "ready", token, offer: await enrolmentApi.look(token) });
    } catch (problem) {
      const { code, message } = toApiError(problem);
      if (code === "two_factor_required") return setState({ phase: "two-factor", message });
      if (code === "sign_in_again") return setState({ phase: "sign-in-again", message });
      if (code === "link_invalid") forgetLink("enrolment", sessionStorage);
      setState({ phase: code === "link_invalid" ? "over" : "failed", message });
    }
  });

  useEffect(() => {
    void read();
    const again = () => void read();
    window.addEventListener("hashchange", again);
    return () => window.removeEventListener("hashchange", again);
  }, []);

  switch (state.phase) {
    case "opening":
      return <LinkOpening label="Reading the link" />;
    case "incomplete":
      return <LinkIncomplete />;
    case "signed-out":
      return (
        <LinkPanel icon={Laptop} title="A client was prepared for you">
          <p>Sign in with the address that the mail was sent to. Then you see which machine it is for, and add it or not.</p>
          <Link href="/signin?callbackUrl=%2Fenrolment" className={buttonClass("primary", "md", "mt-3 justify-self-start")}>
            Sign in
          </Link>
        </LinkPanel>
      );
    case "two-factor":
      return (
        <LinkPanel icon={ShieldCheck} title="Show a second factor" focus>
          <p>{state.message}</p>
          <Link href="/security/two-factor?callbackUrl=%2Fenrolment" className={buttonClass("primary", "md", "mt-3 justify-self-start")}>
            Show a second factor
          </Link>
        </LinkPanel>
      );
    case "sign-in-again":
      return (
        <LinkPanel icon={ShieldCheck} title="Sign in again" focus>
          <p>{state.message}</p>
          {/* The sign-in page is for who isn't signed in, and leads back here. */}
          <Button tone="primary" className="mt-3 justify-self-start" onClick={() => void signOut({ callbackUrl: "/signin?callbackUrl=%2Fenrolment" })}>
            Sign in again
          </Button>
        </LinkPanel>
      );
    case "over":
      return (
        <LinkPanel icon={Link2Off} title="This link no longer works" focus>
          <p>{state.message}</p>
          <LinkHome />
        </LinkPanel>
      );
    case "failed":
      return (
        <LinkPanel icon={Link2Off} title="The link couldn’t be read" focus>
          <p>{state.message}</p>
          <Button className="mt-3 justify-self-start" onClick={() => void read()}>
            Try again
          </Button>
        </LinkPanel>
      );
    case "ready":
      if (!state.offer.forYou) return <LinkForAnother title="This link is for another address" sentTo={state.offer.sentTo} signedIn={signedIn} />;
      return <EnrolFlow token={state.token} offer={state.offer} onEnrolled={() => forgetLink("enrolment", sessionStorage)} />;
  }
}
