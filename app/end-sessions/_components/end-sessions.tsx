"use client";

import { useEffect, useReducer } from "react";
import { Link2Off, LogOut, ShieldCheck } from "lucide-react";
import Link from "next/link";
import { toApiError } from "@/app/_client/api-error";
import { endSessions, tokenIn } from "@/app/_client/end-sessions";
import { signInApi } from "@/app/_client/sign-in-api";
import { LinkPanel } from "@/app/_components/link-panel";
import { Button, buttonClass } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { Notice } from "@/lib/ui/notice";
import { Loading, Skeleton } from "@/lib/ui/skeleton";

/** Explains, and waits for the button: that the page was opened, by a person or a mail filter, ends nothing. */
export function EndSessions({ passwordLogin }: { passwordLogin: boolean }) {
  const [state, dispatch] = useReducer(endSessions, { phase: "opening" });

  useEffect(() => {
    const read = () => {
      dispatch({ type: "opened", token: tokenIn(location.hash) });
      // Out of the address bar and the history: whoever looks there later finds nothing to use.
      if (location.hash !== "") history.replaceState(history.state, "", location.pathname);
    };
    read();
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);

  async function end(token: string) {
    dispatch({ type: "asked" });
    try {
      await signInApi.endSessions(token);
      dispatch({ type: "ended" });
    } catch (error) {
      dispatch({ type: "refused", error: toApiError(error) });
    }
  }

  switch (state.phase) {
    case "opening":
      return <Opening />;
    case "incomplete":
      return (
        <LinkPanel icon={Link2Off} title="Open the link in the mail">
          <p>This page needs the whole link from the mail, and keeps nothing of it once it is closed or reloaded. Go back to the mail and open the link again.</p>
          <Links passwordLogin={passwordLogin} />
        </LinkPanel>
      );
    case "expired":
      return (
        <LinkPanel icon={Link2Off} title="This link no longer works" focus>
          <p>It was used before, or is older than seven days. Nothing was changed now. Sign in to see your sessions and end them on the security page.</p>
          <Links passwordLogin={passwordLogin} />
        </LinkPanel>
      );
    case "done":
      return (
        <LinkPanel icon={ShieldCheck} title="All sessions have ended" focus>
          <p>Whoever was signed in to your account is signed out, you as well. So that they don’t come back:</p>
          <ul className="ml-5 grid list-disc gap-1.5">
            {passwordLogin && <li>If you use a password here, choose a new one.</li>}
            <li>If you sign in through an identity provider, secure your account there.</li>
            <li>Once you are back in, look on the security page for factors and sign-ins that you don’t know.</li>
          </ul>
          <Links passwordLogin={passwordLogin} />
        </LinkPanel>
      );
    case "ready":
    case "ending":
      return (
        <LinkPanel icon={LogOut} title="End all sessions?">
          <p>Everything that is signed in to your account is signed out at once, in every browser, this one included. You sign in again afterwards.</p>
          <p>Clients keep working: what may reach your instance is not changed by this.</p>
          {state.phase === "ready" && state.problem && (
            <Notice tone="bad" role="alert">
              {state.problem}
            </Notice>
          )}
          <Button tone="danger" size="lg" pending={state.phase === "ending"} onClick={() => void end(state.token)} className="mt-2 w-full">
            End all sessions
          </Button>
          <p className="text-sm text-faint">If it was you who the mail is about, close this page: nothing happens by itself.</p>
        </LinkPanel>
      );
  }
}

function Links({ passwordLogin }: { passwordLogin: boolean }) {
  return (
    <div className="mt-3 flex flex-wrap gap-2">
      <Link href="/signin?callbackUrl=%2Fsecurity" className={buttonClass("primary")}>
        Sign in
      </Link>
      {passwordLogin && (
        <Link href="/reset" className={buttonClass("secondary")}>
          Choose a new password
        </Link>
      )}
    </div>
  );
}

function Opening() {
  return (
    <Card className="w-full max-w-md p-6 sm:p-8">
      <Loading label="Reading the link" className="grid gap-3">
        <Skeleton className="size-9" />
        <Skeleton className="h-7 w-48" />
        <Skeleton className="h-4 w-full" />
        <Skeleton className="h-4 w-4/5" />
        <Skeleton className="mt-3 h-11 w-full" />
      </Loading>
    </Card>
  );
}
