//! Texts that nobody will read, with the shape of real ones: few words often, many seldom.

use super::chance::Dice;

/// Words of titles, by which the load searches.
pub(crate) const TOPICS: [&str; 96] = [
    "writing",
    "meetings",
    "statistics",
    "averages",
    "budget",
    "design",
    "marketing",
    "security",
    "passwords",
    "feedback",
    "negotiation",
    "planning",
    "leadership",
    "interviews",
    "customers",
    "testing",
    "deployment",
    "databases",
    "networks",
    "typography",
    "colour",
    "layout",
    "accessibility",
    "research",
    "forecasting",
    "accounting",
    "invoices",
    "taxes",
    "pricing",
    "strategy",
    "storytelling",
    "presentations",
    "listening",
    "focus",
    "habits",
    "sleep",
    "stress",
    "teamwork",
    "delegation",
    "hiring",
    "onboarding",
    "culture",
    "ethics",
    "privacy",
    "law",
    "contracts",
    "sales",
    "branding",
    "analytics",
    "experiments",
    "sampling",
    "regression",
    "charts",
    "spreadsheets",
    "automation",
    "scripting",
    "version",
    "reviews",
    "refactoring",
    "debugging",
    "performance",
    "caching",
    "queues",
    "monitoring",
    "incidents",
    "backups",
    "recovery",
    "migration",
    "compliance",
    "auditing",
    "procurement",
    "logistics",
    "inventory",
    "quality",
    "safety",
    "first-aid",
    "nutrition",
    "exercise",
    "posture",
    "languages",
    "spanish",
    "french",
    "german",
    "grammar",
    "vocabulary",
    "pronunciation",
    "editing",
    "photography",
    "video",
    "sound",
    "lighting",
    "animation",
    "prototyping",
    "wireframes",
    "usability",
    "journeys",
];

const SMALL: [&str; 40] = [
    "the", "a", "of", "to", "and", "in", "is", "that", "it", "for", "you", "with", "on", "as", "are", "this", "be", "by", "not", "or",
    "from", "what", "when", "one", "have", "can", "more", "than", "your", "they", "which", "how", "each", "will", "before", "after",
    "most", "some", "other", "if",
];

const HEADS: [&str; 20] = [
    "b", "br", "c", "cl", "d", "dr", "f", "g", "gr", "h", "l", "m", "n", "p", "pr", "r", "s", "st", "t", "v",
];
const HEARTS: [&str; 8] = ["a", "e", "i", "o", "u", "ea", "ou", "ai"];
const TAILS: [&str; 10] = ["", "n", "r", "s", "t", "l", "nd", "st", "ng", "m"];

/// How many rare words there are.
const RARE: usize = 8_000;

/// The same word for each number.
fn rare(n: usize) -> String {
    let mut dice = Dice::new(7, 1, n as u64);
    (0..2 + dice.below(2))
        .map(|_| format!("{}{}{}", dice.pick(&HEADS), dice.pick(&HEARTS), dice.pick(&TAILS)))
        .collect()
}

fn word(dice: &mut Dice) -> String {
    match dice.below(100) {
        0..=44 => SMALL[dice.skewed(SMALL.len())].to_owned(),
        45..=64 => TOPICS[dice.skewed(TOPICS.len())].to_owned(),
        _ => rare(dice.skewed(RARE)),
    }
}

/// A sentence without its full stop.
pub(crate) fn sentence(dice: &mut Dice, words: usize) -> String {
    let mut text = (0..words).map(|_| word(dice)).collect::<Vec<_>>().join(" ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// The title of a course or lesson.
pub(crate) fn title(dice: &mut Dice) -> String {
    let (first, second) = (*dice.pick(&TOPICS), *dice.pick(&TOPICS));
    let joint = *dice.pick(&["and", "for", "without", "before", "in"]);
    let mut text = format!("{first} {joint} {second}");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// A lesson of 700 to 1,500 words, with headings, a list and a quote.
pub(crate) fn body(dice: &mut Dice) -> String {
    let most = 700 + dice.below(800);
    let (mut html, mut count) = (String::new(), 0);
    while count < most {
        if count > 0 {
            html.push_str(&format!("<h2>{}</h2>", title(dice)));
        }
        for n in 0..3 {
            let mut paragraph = String::new();
            for _ in 0..3 + dice.below(3) {
                let words = 8 + dice.below(14);
                count += words;
                paragraph.push_str(&sentence(dice, words));
                paragraph.push_str(". ");
            }
            html.push_str(&format!("<p>{}</p>", paragraph.trim_end()));
            if n == 1 && dice.below(3) == 0 {
                html.push_str(&format!("<ul><li>{}</li><li>{}</li></ul>", sentence(dice, 9), sentence(dice, 7)));
            }
        }
    }
    html.push_str(&format!("<blockquote><p>{}</p></blockquote>", sentence(dice, 18)));
    html
}
