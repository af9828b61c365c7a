// Lets a phone show "I need help now" without a connection. Without a worker nothing is missing.

navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
