// Light or dark as the system has it, where nothing else was chosen. Runs before the first paint; without it: light.
(() => {
  const root = document.documentElement;
  if (root.dataset.themeBy !== "system") return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  apply();
  dark.addEventListener("change", apply);
})();
