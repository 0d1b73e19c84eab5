"use strict";
/* Buttons that copy the text they stand beside. Without this script they stay hidden, and the text can be selected. */
for (const button of document.querySelectorAll("button[data-copies]")) {
  const block = document.getElementById(button.dataset.copies);
  const told = button.nextElementSibling;
  button.hidden = false;
  button.addEventListener("click", async () => {
    let copied = true;
    try {
      await navigator.clipboard.writeText(block.textContent);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(block);
      const selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      copied = document.execCommand("copy");
    }
    told.textContent = copied ? "Copied." : "This browser does not let a page copy: the text is selected, copy it yourself.";
  });
}
