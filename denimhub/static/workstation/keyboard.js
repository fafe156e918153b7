/* What the theme made for the mouse only can be reached and pressed with the keyboard, and its icons are not read aloud. */
(function () {
  'use strict';
  var NAMES = {
    close: 'Закрыть', dock_to_right: 'Меню', more_horiz: 'Другие действия', more_vert: 'Связанная запись',
    expand_more: 'Развернуть', chevron_right: 'Развернуть', add: 'Добавить', search: 'Искать', arrow_back: 'Назад',
    visibility: 'Показать', edit_square: 'Изменить', tune: 'Настроить'
  };
  var NATIVE = 'button, input, select, textarea, summary, a[href], label';

  function pressed(event) {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      event.currentTarget.click();
    }
  }

  function isEmpty(element) {
    return !element.textContent.trim();
  }

  function reach(element) {
    if (element.matches(NATIVE) || element.hasAttribute('tabindex') || isEmpty(element)) return;
    if (element.querySelector('a, button, input, select, textarea')) return;
    element.setAttribute('tabindex', '0');
    element.setAttribute('role', 'button');
    element.addEventListener('keydown', pressed);
  }

  function silence(icon) {
    var holder = icon.closest('a, button, [role="button"]');
    var word = icon.textContent.trim();
    if (holder && holder.textContent.trim() === word && !holder.title && !holder.hasAttribute('aria-label')) {
      holder.setAttribute('aria-label', NAMES[word] || word);
    }
    if (holder !== icon) icon.setAttribute('aria-hidden', 'true');
  }

  function dress() {
    document.querySelectorAll('[x-on\\:click]').forEach(reach);
    document.querySelectorAll('.material-symbols-outlined').forEach(silence);
  }

  document.addEventListener('DOMContentLoaded', dress);
  document.addEventListener('htmx:afterSwap', dress);
})();
