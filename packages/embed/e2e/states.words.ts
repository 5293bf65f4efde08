/** What is said in the states, in the languages that they are shown in. */
export interface Words {
  question: string;
  answer: string;
  more: string;
  moreAnswer: string;
  withLink: string;
  markdown: string;
  choose: string;
  choices: string[];
  card: string;
  carousel: string;
  about: [string, string, string];
  readMore: string;
  order: string;
  when: string;
  pick: string;
  half: string;
  list: string;
  one: string;
  any: string;
  picture: string;
  prices: string;
  hear: string;
  see: string;
  form: string;
  you: string;
  name: string;
}

export const english: Words = {
  question: "Do you ship to Oslo?",
  answer: "We do! It takes three to five days.",
  more: "And is there a minimum order?",
  moreAnswer: "None at all. Orders above 40 € go without shipping costs.",
  withLink: "All about shipping: https://example.com/shipping",
  markdown:
    "**Opening hours**\n\n- Monday to Friday: *9 to 5*\n- Saturday: `10:00` to `14:00`\n\nSee [our page](https://example.com/hours).",
  choose: "What can I help you with?",
  choices: ["Order a tea", "Where is my order?", "Opening hours", "Talk to a person"],
  card: "Our tea of the day",
  carousel: "Three that others liked",
  about: ["Strong and malty, for the morning.", "Green, light and fresh.", "Red, and without caffeine."],
  readMore: "Read more",
  order: "Order",
  when: "When may we call you?",
  pick: "A time that suits you",
  half: "It takes half an hour.",
  list: "Tell us what it is about",
  one: "One of these",
  any: "Any of these",
  picture: "This is the pot that I meant.",
  prices: "And here are our prices.",
  hear: "That is how it sounds when it is ready.",
  see: "And that is how we brew it.",
  form: "Book a tea tasting",
  you: "About you",
  name: "Your name",
};

export const arabic: Words = {
  question: "هل تشحنون إلى أوسلو؟",
  answer: "نعم! يستغرق الشحن من ثلاثة إلى خمسة أيام.",
  more: "وهل هناك حد أدنى للطلب؟",
  moreAnswer: "لا يوجد. الطلبات التي تزيد على 40 € تُشحن مجانًا.",
  withLink: "كل شيء عن الشحن: https://example.com/shipping",
  markdown:
    "**ساعات العمل**\n\n- من الاثنين إلى الجمعة: *9 إلى 5*\n- السبت: `10:00` إلى `14:00`\n\nانظر [صفحتنا](https://example.com/hours).",
  choose: "كيف يمكنني مساعدتك؟",
  choices: ["طلب شاي", "أين طلبي؟", "ساعات العمل", "التحدث إلى شخص"],
  card: "شاي اليوم",
  carousel: "ثلاثة أنواع أعجبت غيرك",
  about: ["قوي وغني، للصباح.", "أخضر وخفيف ومنعش.", "أحمر وبدون كافيين."],
  readMore: "اقرأ المزيد",
  order: "اطلب",
  when: "متى يمكننا الاتصال بك؟",
  pick: "وقت يناسبك",
  half: "يستغرق نصف ساعة.",
  list: "أخبرنا عن الموضوع",
  one: "واحد من هذه",
  any: "أي من هذه",
  picture: "هذا هو الإبريق الذي قصدته.",
  prices: "وهذه أسعارنا.",
  hear: "هكذا يكون صوته عندما يجهز.",
  see: "وهكذا نحضّره.",
  form: "احجز جلسة تذوق",
  you: "عنك",
  name: "اسمك",
};
