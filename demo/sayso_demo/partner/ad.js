// Brightside Ads, demo: shows a slot and nothing else. Stores nothing, sends nothing.
(() => {
  if (document.querySelector('[data-brightside]')) return;
  const slot = document.createElement('aside');
  slot.dataset.brightside = '';
  slot.setAttribute('aria-label', 'Advert');
  slot.lang = 'en';
  slot.dir = 'ltr';
  Object.assign(slot.style, {
    margin: '2rem auto',
    padding: '1rem 1.5rem',
    maxWidth: '40rem',
    border: '2px solid #f2b705',
    background: '#fff8dc',
    color: '#23212b',
    textAlign: 'center',
  });
  slot.textContent = 'Advert by Brightside Ads: curtains, again.';
  const place = () => document.body.insertBefore(slot, document.querySelector('footer'));
  if (document.body) place();
  else addEventListener('DOMContentLoaded', place);
})();
