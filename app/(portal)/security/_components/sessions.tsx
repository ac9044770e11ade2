"use client";

import { useState } from "react";
import { Laptop, LogOut, Smartphone } from "lucide-react";
import { signOut } from "next-auth/react";
import { accountApi } from "@/app/_client/account-api";
import { toApiError } from "@/app/_client/api-error";
import { howSignedIn } from "@/app/_client/session-words";
import { AlertDialog } from "@/lib/ui/alert-dialog";
import { Button } from "@/lib/ui/button";
import { Pill } from "@/lib/ui/pill";
import { RelativeTime } from "@/lib/ui/relative-time";
import { useToast } from "@/lib/ui/toast";
import type { SessionView } from "@/lib/usecases/views";
import { Row, Rows, Section } from "./section";
import { useSecurity } from "./security-context";

type Question = { session: SessionView } | "others";

/** Every browser that is signed in as this person, and the end of any of them. */
export function Sessions() {
  const { view, refresh } = useSecurity();
  const [question, setQuestion] = useState<Question | null>(null);
  const [pending, setPending] = useState<string | null>(null);
  const toast = useToast();
  const others = view.sessions.filter(({ current }) => !current).length;

  async function end(asked: Question) {
    setPending(asked === "others" ? "others" : asked.session.id);
    try {
      if (asked === "others") {
        const { ended } = await accountApi.endOtherSessions();
        toast({ tone: "good", title: ended === 1 ? "1 other session has ended" : `${ended} other sessions have ended` });
      } else {
        await accountApi.endSession(asked.session.id);
        toast({ tone: "good", title: `${asked.session.browser} is signed out` });
      }
    } catch (problem) {
      toast({ tone: "bad", title: "That didn’t work", description: toApiError(problem).message });
    } finally {
      await refresh();
      setPending(null);
    }
  }

  return (
    <Section
      id="sessions"
      title="Where you are signed in"
      description="Something you don’t know? End it, then change how you sign in."
      actions={
        others > 0 ? (
          <Button tone="danger-quiet" pending={pending === "others"} onClick={() => setQuestion("others")}>
            End all others
          </Button>
        ) : undefined
      }
    >
      <Rows label="Sessions">
        {view.sessions.map((session) => (
          <Session key={session.id} session={session} pending={pending === session.id} onEnd={() => setQuestion({ session })} />
        ))}
      </Rows>
      <AlertDialog
        open={question !== null}
        onOpenChange={(open) => {
          if (!open) setQuestion(null);
        }}
        title={question === "others" ? "End all other sessions?" : `End the session in ${question?.session.browser ?? "that browser"}?`}
        cancelLabel="Keep"
        confirmLabel={question === "others" ? "End them" : "End it"}
        onConfirm={() => question && void end(question)}
      >
        <p>
          {question === "others"
            ? `${others === 1 ? "The other browser is" : `The ${others} other browsers are`} signed out at once, and what is unsaved there is lost. This one stays signed in.`
            : "It is signed out at once, and what is unsaved there is lost. Whoever uses it has to sign in again."}
        </p>
      </AlertDialog>
    </Section>
  );
}

function Session({ session, pending, onEnd }: { session: SessionView; pending: boolean; onEnd: () => void }) {
  const { browser, address, current } = session;
  return (
    <Row
      label={`${browser}${current ? ", this browser" : ""}`}
      icon={/Android|iOS|iPhone|iPad/.test(browser) ? <Smartphone /> : <Laptop />}
      title={
        <>
          {browser}
          {current && <Pill tone="good">This browser</Pill>}
        </>
      }
      actions={
        current ? (
          <Button tone="ghost" size="sm" onClick={() => void signOut({ callbackUrl: "/signin" })}>
            <LogOut aria-hidden="true" className="size-4" />
            Sign out
          </Button>
        ) : (
          <Button tone="danger-quiet" size="sm" pending={pending} onClick={onEnd}>
            End<span className="sr-only"> the session in {browser}</span>
          </Button>
        )
      }
    >
      <p>{howSignedIn(session)}</p>
      <p>
        {address && (
          <>
            from <span className="code-text">{address}</span>,{" "}
          </>
        )}
        {address ? "first" : "First"} seen <RelativeTime iso={session.createdAt} />, last <RelativeTime iso={session.lastSeenAt} />
      </p>
    </Row>
  );
}
