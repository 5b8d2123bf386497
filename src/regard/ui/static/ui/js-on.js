// Runs before anything is drawn, so that what only works with scripts never flashes.
document.documentElement.classList.add("js");
