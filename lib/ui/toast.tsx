"use client";

import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from "react";
import { CircleAlert, CircleCheck, X } from "lucide-react";
import { Toast as RadixToast } from "radix-ui";
import { IconButton } from "./button";
import { useHydrated } from "./clock";

export interface ToastMessage {
  tone: "good" | "bad";
  title: string;
  description?: string;
}

interface Shown extends ToastMessage {
  key: number;
}

const ToastContext = createContext<(message: ToastMessage) => void>(() => undefined);

/** Shows a short message at the edge of the window; errors stay longer and interrupt a screen reader. */
export const useToast = (): ((message: ToastMessage) => void) => useContext(ToastContext);

const MOST_AT_ONCE = 3;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Shown[]>([]);
  const hydrated = useHydrated();
  const show = useCallback((message: ToastMessage) => {
    setShown((before) => [...before, { ...message, key: (before.at(-1)?.key ?? 0) + 1 }].slice(-MOST_AT_ONCE));
  }, []);
  const context = useMemo(() => show, [show]);

  return (
    <ToastContext value={context}>
      {children}
      {/* Only in the browser: Radix places its viewport with a style attribute, which our policy refuses in HTML. */}
      {hydrated && (
        <RadixToast.Provider swipeDirection="right">
          {shown.map((message) => (
            <RadixToast.Root
              key={message.key}
              type={message.tone === "bad" ? "foreground" : "background"}
              duration={message.tone === "bad" ? 10_000 : 5_000}
              onOpenChange={(open) => {
                if (!open) setShown((before) => before.filter((each) => each.key !== message.key));
              }}
              className="flex animate-rise items-start gap-3 rounded-lg border border-line bg-surface p-3.5 shadow-pop"
            >
              {message.tone === "good" ? (
                <CircleCheck aria-hidden="true" className="mt-0.5 size-4.5 shrink-0 text-good" />
              ) : (
                <CircleAlert aria-hidden="true" className="mt-0.5 size-4.5 shrink-0 text-bad" />
              )}
              <div className="min-w-0 flex-1">
                <RadixToast.Title className="font-medium">{message.title}</RadixToast.Title>
                {message.description && <RadixToast.Description className="text-sm text-muted">{message.description}</RadixToast.Description>}
              </div>
              <RadixToast.Close asChild>
                <IconButton label="Dismiss" className="-my-1 -mr-1">
                  <X aria-hidden="true" className="size-4" />
                </IconButton>
              </RadixToast.Close>
            </RadixToast.Root>
          ))}
          <RadixToast.Viewport className="fixed right-0 bottom-0 z-50 grid w-full max-w-sm gap-2 p-4 outline-none" />
        </RadixToast.Provider>
      )}
    </ToastContext>
  );
}
