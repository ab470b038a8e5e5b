import './app.css';
import { mount } from 'svelte';
import App from './App.svelte';

mount(App, { target: document.getElementById('app') as HTMLElement });

/** From the second visit on, the built page needs no network; where it cannot be kept, it is only loaded again. */
if (import.meta.env.MODE === 'production') navigator.serviceWorker?.register('./offline.js').catch(() => {});
