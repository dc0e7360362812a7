/** How the page is read, in a line. */
export const LEGEND =
  'Time runs downward, slower where much happens. Lanes: <b>wide bar</b> leader, <b>striped</b> candidate, <b>thin</b> follower, <b>outlined</b> ' +
  'learner, <b>dotted</b> down, <b>hatched beside it</b> paused, slow or cut off. Arrows: solid appends, dashed votes, ' +
  'dash-dotted snapshots, a <b>cross</b> where one was lost. <kbd>j</kbd> <kbd>k</kbd> next, before · <kbd>+</kbd> ' +
  '<kbd>−</kbd> or <kbd>Ctrl</kbd> wheel zoom · <kbd>e</kbd> end · <kbd>0</kbd> all · click for details'
