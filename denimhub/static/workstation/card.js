// The card: on a phone sections begin folded; pictures of scans open large, with zoom and rotation, by keyboard too.
'use strict';
(() => {
  const narrow = window.matchMedia('(max-width: 47.99rem)').matches;
  const sections = [...document.querySelectorAll('details.section')];
  const reveal = () => {
    const wanted = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (wanted && wanted.matches('details.section')) {
      wanted.open = true;
      wanted.scrollIntoView();
    }
  };
  if (narrow) sections.slice(1).forEach(section => { section.open = false; });
  window.addEventListener('hashchange', reveal);
  document.querySelectorAll('.anchors a').forEach(link => link.addEventListener('click', () => {
    const section = document.getElementById(link.hash.slice(1));
    if (section) section.open = true;
  }));
  reveal();

  const links = [...document.querySelectorAll('a[data-zoom]')];
  if (!links.length || !window.HTMLDialogElement) return;
  const dialog = document.createElement('dialog');
  dialog.className = 'viewer';
  dialog.setAttribute('aria-label', 'Просмотр скана');
  const bar = document.createElement('div');
  bar.className = 'viewer-bar';
  const title = document.createElement('strong');
  const stage = document.createElement('div');
  stage.className = 'viewer-stage';
  stage.tabIndex = 0;
  stage.setAttribute('role', 'region');
  stage.setAttribute('aria-label', 'Изображение');
  const picture = document.createElement('img');
  picture.alt = '';
  stage.append(picture);
  bar.append(title);
  dialog.append(bar, stage);
  document.body.append(dialog);

  let at = 0, scale = 1, turn = 0;
  const draw = () => {
    if (!picture.naturalWidth) return;
    const lies = turn % 180 !== 0;
    const [wide, high] = lies ? [picture.naturalHeight, picture.naturalWidth] : [picture.naturalWidth, picture.naturalHeight];
    const fit = Math.min((stage.clientWidth - 16) / wide, (stage.clientHeight - 16) / high, 1);
    const size = fit * scale;
    const [width, height] = [picture.naturalWidth * size, picture.naturalHeight * size];
    const shift = lies ? (width - height) / 2 : 0;
    picture.style.width = `${width}px`;
    picture.style.height = `${height}px`;
    picture.style.marginBlock = lies ? `${Math.max(shift, 0) + 8}px` : 'auto';
    picture.style.transform = `rotate(${turn}deg)`;
  };
  const show = index => {
    at = (index + links.length) % links.length;
    scale = 1;
    turn = 0;
    title.textContent = `${links[at].dataset.title} (${at + 1} из ${links.length})`;
    picture.alt = links[at].dataset.title;
    picture.removeAttribute('src');
    picture.src = links[at].href;
  };
  const zoom = factor => { scale = Math.min(8, Math.max(0.25, scale * factor)); draw(); };
  const rotate = degrees => { turn = (turn + degrees + 360) % 360; draw(); };
  const acts = [
    ['←', 'Предыдущий скан (стрелка влево)', () => show(at - 1), 'ArrowLeft'],
    ['→', 'Следующий скан (стрелка вправо)', () => show(at + 1), 'ArrowRight'],
    ['−', 'Мельче (минус)', () => zoom(0.8), '-'],
    ['+', 'Крупнее (плюс)', () => zoom(1.25), '+'],
    ['1:1', 'Вписать в окно (0)', () => { scale = 1; draw(); }, '0'],
    ['⟲', 'Повернуть влево (Shift+R)', () => rotate(-90), 'R'],
    ['⟳', 'Повернуть вправо (R)', () => rotate(90), 'r'],
    ['Закрыть', 'Закрыть (Esc)', () => dialog.close(), ''],
  ];
  acts.forEach(([text, label, act]) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'button';
    button.textContent = text;
    button.title = label;
    button.setAttribute('aria-label', label);
    button.addEventListener('click', act);
    bar.append(button);
  });
  const keys = new Map(acts.filter(act => act[3]).map(act => [act[3], act[2]]));
  ['=', 'к', 'К'].forEach((key, index) => keys.set(key, [() => zoom(1.25), () => rotate(90), () => rotate(-90)][index]));
  dialog.addEventListener('keydown', event => {
    const act = keys.get(event.key);
    if (act && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      act();
    }
  });
  picture.addEventListener('load', draw);
  window.addEventListener('resize', draw);
  links.forEach((link, index) => link.addEventListener('click', event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    dialog.showModal();
    show(index);
  }));
  dialog.addEventListener('close', () => { picture.removeAttribute('src'); links[at].focus(); });
})();
