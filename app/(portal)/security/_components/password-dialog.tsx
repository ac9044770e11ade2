"use client";

import { useId, useRef, useState } from "react";
import { Eye, EyeOff } from "lucide-react";
import { accountApi } from "@/app/_client/account-api";
import { toApiError } from "@/app/_client/api-error";
import { Button, IconButton } from "@/lib/ui/button";
import { Dialog } from "@/lib/ui/dialog";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { useToast } from "@/lib/ui/toast";
import { useSecurity } from "./security-context";

/** The policy's own rules are the portal's to decide (lib/core/password-policy); this one saves a round trip. */
const MIN_LENGTH = 12;

/** A new password, and then the proof that it's the owner who sets it. */
export function PasswordDialog({ onClose }: { onClose: () => void }) {
  const { view, refresh, approve, approving } = useSecurity();
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [done, setDone] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const toast = useToast();
  // As it was when the dialog opened: by the time that it is said, it has changed.
  const [had] = useState(view.hasPassword);
  const others = view.sessions.filter(({ current }) => !current).length;
  const id = useId();

  function refuse(message: string) {
    setError(message);
    input.current?.focus();
  }

  async function save() {
    const length = [...password.normalize("NFKC")].length;
    if (length < MIN_LENGTH) return refuse(`That is ${length} of at least ${MIN_LENGTH} characters. Several words in a row are easy to remember.`);
    setPending(true);
    try {
      const set = await approve({
        ask: () => accountApi.askStepUp("password.set"),
        act: (proof) => accountApi.setPassword(password, proof),
        words: { submit: "Set the password", pending: "Setting it…" },
        rejectOn: ({ code }) => code === "password_weak",
      });
      if (set === null) return;
      if (others > 0) setDone(true);
      else {
        toast({ tone: "good", title: had ? "Your password is changed" : "Your password is set" });
        onClose();
      }
    } catch (problem) {
      refuse(toApiError(problem).message);
    } finally {
      setPending(false);
    }
  }

  async function endOthers() {
    setPending(true);
    try {
      const { ended } = await accountApi.endOtherSessions();
      toast({ tone: "good", title: ended === 1 ? "1 other session has ended" : `${ended} other sessions have ended` });
      onClose();
    } catch (problem) {
      toast({ tone: "bad", title: "That didn’t work", description: toApiError(problem).message });
      setPending(false);
    } finally {
      void refresh();
    }
  }

  if (done) {
    return (
      <Dialog
        open
        onOpenChange={(open) => {
          if (!open) onClose();
        }}
        title={had ? "Your password is changed" : "Your password is set"}
        description={`You are signed in in ${others === 1 ? "one other browser" : `${others} other browsers`}, which goes on. If you changed it because somebody else may know it, end those sessions.`}
      >
        <div className="grid gap-2 sm:grid-cols-2">
          <Button tone="danger" size="lg" pending={pending} onClick={() => void endOthers()}>
            End the others
          </Button>
          <Button size="lg" onClick={onClose}>
            Let them go on
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      open={!approving}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={had ? "Change your password" : "Set a password"}
      description="At least 12 characters, and none that everybody tries first. Anything else goes; pasting from a password manager too."
    >
      <form
        noValidate
        className="grid gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (!pending) void save();
        }}
      >
        {/* For password managers, which keep a password under an address. */}
        <input type="email" name="email" autoComplete="username" readOnly hidden value={view.email} />
        <Field id={id} label="New password" error={error}>
          {(ids) => (
            <div className="relative">
              <Input
                {...ids}
                ref={input}
                autoFocus
                type={shown ? "text" : "password"}
                autoComplete="new-password"
                autoCapitalize="none"
                spellCheck={false}
                className="pr-11"
                value={password}
                onChange={(event) => {
                  setPassword(event.currentTarget.value);
                  setError(null);
                }}
              />
              <IconButton label={shown ? "Hide the password" : "Show the password"} className="absolute! inset-y-0 right-1 my-auto" onClick={() => setShown(!shown)}>
                {shown ? <EyeOff aria-hidden="true" className="size-4" /> : <Eye aria-hidden="true" className="size-4" />}
              </IconButton>
            </div>
          )}
        </Field>
        <Button type="submit" tone="primary" size="lg" pending={pending}>
          Continue
        </Button>
      </form>
    </Dialog>
  );
}
