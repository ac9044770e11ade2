"use client";

import { useId, useState } from "react";
import { toApiError } from "@/app/_client/api-error";
import { memberApi } from "@/app/_client/member-api";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { Button } from "@/lib/ui/button";
import { Card, CardHeader } from "@/lib/ui/card";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { Select } from "@/lib/ui/select";
import { useToast } from "@/lib/ui/toast";
import type { InvitedRole } from "@/lib/core/members";

const ROLES: Record<InvitedRole, string> = { member: "Member: adds clients for own machines", admin: "Admin: sees and revokes everybody’s clients, invites members" };

export function InviteForm({ subscription, roles, onInvited }: { subscription: { id: string; name: string }; roles: InvitedRole[]; onInvited: () => Promise<void> }) {
  const [addressId, roleId] = [useId(), useId()];
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<InvitedRole>("member");
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const { approve, dialog } = useStepUp();
  const toast = useToast();

  async function invite() {
    setPending(true);
    setError(null);
    try {
      const invited = await approve({
        ask: () => memberApi.askInvitation(subscription.id, { email, role }),
        act: async (proof) => {
          await memberApi.invite(subscription.id, { email, role }, proof);
          return true;
        },
        title: "Invite them?",
        words: { submit: "Invite", pending: "Inviting…" },
        rejectOn: ({ code }) => code === "member_exists" || code === "invitation_exists" || code === "plan_limit_reached",
      });
      if (invited === null) return;
      setEmail("");
      toast({ tone: "good", title: "The invitation is on its way", description: "They join once they accept it." });
      await onInvited();
    } catch (problem) {
      setError(toApiError(problem).message);
    } finally {
      setPending(false);
    }
  }

  return (
    <Card aria-labelledby="invite">
      <CardHeader title="Invite somebody" titleId="invite" description="With or without an account here. The invitation is good for seven days, once." />
      <form
        noValidate
        className="grid gap-4 px-4 py-5 sm:px-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (!pending) void invite();
        }}
      >
        <Field id={addressId} label="E-mail address" error={error}>
          {(ids) => (
            <Input
              {...ids}
              type="email"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              value={email}
              onChange={(event) => {
                setEmail(event.currentTarget.value);
                setError(null);
              }}
            />
          )}
        </Field>
        {roles.length > 1 && (
          <Field id={roleId} label="Role">
            {(ids) => (
              <Select {...ids} value={role} onChange={(event) => setRole(event.currentTarget.value === "admin" ? "admin" : "member")}>
                {roles.map((each) => (
                  <option key={each} value={each}>
                    {ROLES[each]}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        <Button type="submit" tone="primary" className="justify-self-end" pending={pending} disabled={!pending && email.trim() === ""}>
          Invite
        </Button>
      </form>
      {dialog}
    </Card>
  );
}
