"use client";

import { useId, useState } from "react";
import { toApiError, type ApiError } from "@/app/_client/api-error";
import { endOf, NO_END, type EndChoice } from "@/app/_client/end-choice";
import { enrolmentApi } from "@/app/_client/enrolment-api";
import { EndField } from "@/app/_components/end-field";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { Button } from "@/lib/ui/button";
import { Card, CardHeader } from "@/lib/ui/card";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { Notice } from "@/lib/ui/notice";
import { Select } from "@/lib/ui/select";
import { useToast } from "@/lib/ui/toast";
import type { MembersView, MemberView } from "@/lib/usecases/members-view";

interface PrepareFormProps {
  subscription: { id: string; name: string };
  members: MemberView[];
  limits: MembersView["limits"];
  onPrepared: () => Promise<void>;
}

type Where = "email" | "nickname" | "end" | "form";
const WHERE: Partial<Record<ApiError["code"], Where>> = { not_a_member: "email", member_limit_reached: "email", nickname_invalid: "nickname", expiry_invalid: "end" };
const SAID_HERE: ApiError["code"][] = ["not_a_member", "member_limit_reached", "nickname_invalid", "expiry_invalid", "instance_not_ready", "subscription_inactive", "too_many_tries"];

/** A client for a colleague: approved here, added there. */
export function PrepareForm({ subscription, members, limits, onPrepared }: PrepareFormProps) {
  const [memberId, nicknameId] = [useId(), useId()];
  const [email, setEmail] = useState("");
  const [nickname, setNickname] = useState("");
  const [end, setEnd] = useState<EndChoice>(NO_END);
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<{ where: Where; text: string } | null>(null);
  const { approve, dialog } = useStepUp();
  const toast = useToast();
  const colleagues = members.filter(({ me, deactivated, suspended }) => !me && !deactivated && !suspended);
  const textAt = (where: Where): string | null => (error?.where === where ? error.text : null);

  async function prepare() {
    const expiresAt = endOf(end, Date.now());
    if (expiresAt === "invalid") return setError({ where: "end", text: "Choose a day that is still to come." });
    setPending(true);
    setError(null);
    const wish = { email, nickname, expiresAt };
    try {
      const done = await approve({
        ask: () => enrolmentApi.askPreparation(subscription.id, wish),
        act: async (proof) => {
          await enrolmentApi.prepare(subscription.id, wish, proof);
          return true;
        },
        title: "Prepare this client?",
        words: { submit: "Prepare", pending: "Preparing it…" },
        rejectOn: ({ code }) => SAID_HERE.includes(code),
      });
      if (done === null) return;
      setNickname("");
      toast({ tone: "good", title: "The link is on its way", description: `${email} adds the client with it.` });
      await onPrepared();
    } catch (problem) {
      const { code, message } = toApiError(problem);
      setError({ where: WHERE[code] ?? "form", text: message });
    } finally {
      setPending(false);
    }
  }

  return (
    <Card aria-labelledby="prepare">
      <CardHeader title="Prepare a client for a colleague" titleId="prepare" description="They get a link, good for seven days, once. The key is made in their browser: nobody else ever has it." />
      {colleagues.length === 0 ? (
        <p className="px-4 py-5 text-muted sm:px-5">There is nobody else in {subscription.name} yet. Invite somebody first; once they joined, a client can be prepared for them.</p>
      ) : (
        <form
          noValidate
          className="grid gap-4 px-4 py-5 sm:px-5"
          onSubmit={(event) => {
            event.preventDefault();
            if (!pending) void prepare();
          }}
        >
          {textAt("form") !== null && (
            <Notice tone="bad" role="alert">
              {textAt("form")}
            </Notice>
          )}
          <Field id={memberId} label="For" error={textAt("email")} hint="Somebody who isn’t listed: invite them first.">
            {(ids) => (
              <Select
                {...ids}
                value={email}
                onChange={(event) => {
                  setEmail(event.currentTarget.value);
                  setError(null);
                }}
              >
                <option value="">Choose a colleague</option>
                {colleagues.map((member) => (
                  <option key={member.userId} value={member.email}>
                    {member.email}
                    {limits.clientsPerMember !== null && member.clients !== null ? ` (${member.clients} of ${limits.clientsPerMember})` : ""}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field id={nicknameId} label="Name of the machine" error={textAt("nickname")}>
            {(ids) => (
              <Input
                {...ids}
                autoComplete="off"
                spellCheck={false}
                placeholder="Sam’s laptop"
                value={nickname}
                onChange={(event) => {
                  setNickname(event.currentTarget.value);
                  setError(null);
                }}
              />
            )}
          </Field>
          <EndField
            label="Access ends"
            value={end}
            error={textAt("end")}
            maxDays={limits.clientDays}
            onValueChange={(choice) => {
              setEnd(choice);
              setError(null);
            }}
          />
          <Button type="submit" tone="primary" className="justify-self-end" pending={pending} disabled={!pending && (email === "" || nickname.trim() === "")}>
            Prepare
          </Button>
        </form>
      )}
      {dialog}
    </Card>
  );
}
