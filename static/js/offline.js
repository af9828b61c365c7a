// Lets a phone show "I need help now" without a connection. Without a worker nothing is missing.

import { worker } from "./markup.js";

navigator.serviceWorker?.register(worker).catch(() => {});
