import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";
import { parseTheme, THEME_COOKIE, themeClass } from "@/app/_client/theme";
import { ClockProvider } from "@/lib/ui/clock";
import { NonceProvider } from "@/lib/ui/nonce-provider";
import { ToastProvider } from "@/lib/ui/toast";
import { TooltipProvider } from "@/lib/ui/tooltip";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Portcullis", template: "%s · Portcullis" },
  description: "Access to your cloud instance, one machine at a time.",
  robots: { index: false, follow: false },
  referrer: "same-origin",
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  viewportFit: "cover",
  colorScheme: "light dark",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fbfaf8" },
    { media: "(prefers-color-scheme: dark)", color: "#131519" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [cookieJar, requestHeaders] = await Promise.all([cookies(), headers()]);
  const theme = parseTheme(cookieJar.get(THEME_COOKIE)?.value);
  return (
    // The class may change in the browser before React has taken over; its choice stands.
    <html lang="en" className={themeClass(theme)} suppressHydrationWarning>
      <body>
        <NonceProvider nonce={requestHeaders.get("x-nonce")}>
          <ClockProvider serverNow={Date.now()}>
            <TooltipProvider delayDuration={300}>
              <ToastProvider>{children}</ToastProvider>
            </TooltipProvider>
          </ClockProvider>
        </NonceProvider>
      </body>
    </html>
  );
}
