//! What the invented merchants and their people are called, where they are from, and how that is written in an address.
//! Companies and people of these names are nobody's; addresses are of domains that are kept for examples.

/// As it is written, and in letters of an address.
pub(super) type Word = (&'static str, &'static str);

/// A country, and how names are made there.
pub(super) struct Country {
    pub locale: &'static str,
    pub region: &'static str,
    /// Of a company's name, in the order in which it is written.
    pub first: &'static [Word],
    pub second: &'static [Word],
    /// Between the two, and between the names of a person.
    pub gap: &'static str,
    /// Of a person's name, in the order in which it is written.
    pub people: [&'static [Word]; 2],
}

pub(super) const COUNTRIES: &[Country] = &[
    Country {
        locale: "en-PK",
        region: "PK",
        first: &[
            ("Zaitoon", "zaitoon"),
            ("Karachi", "karachi"),
            ("Lahore", "lahore"),
            ("Chenab", "chenab"),
            ("Gulmohar", "gulmohar"),
            ("Sitara", "sitara"),
            ("Mehran", "mehran"),
            ("Anarkali", "anarkali"),
        ],
        second: &[
            ("Home", "home"),
            ("Threads", "threads"),
            ("Living", "living"),
            ("Ceramics", "ceramics"),
            ("Leather", "leather"),
        ],
        gap: " ",
        people: [
            &[("Asma", "asma"), ("Bilal", "bilal"), ("Sana", "sana"), ("Hamza", "hamza")],
            &[("Qureshi", "qureshi"), ("Sheikh", "sheikh"), ("Baloch", "baloch"), ("Mirza", "mirza")],
        ],
    },
    Country {
        locale: "hi-IN",
        region: "IN",
        first: &[
            ("नीम", "neem"),
            ("चंदन", "chandan"),
            ("कमल", "kamal"),
            ("मोर", "mor"),
            ("तुलसी", "tulsi"),
            ("केसर", "kesar"),
        ],
        second: &[("बाज़ार", "bazaar"), ("हाट", "haat"), ("वस्त्र", "vastra"), ("शिल्प", "shilp"), ("भंडार", "bhandar")],
        gap: " ",
        people: [
            &[("मीरा", "meera"), ("अर्जुन", "arjun"), ("काव्या", "kavya"), ("रोहन", "rohan")],
            &[("शर्मा", "sharma"), ("अय्यर", "iyer"), ("पटेल", "patel"), ("बोस", "bose")],
        ],
    },
    Country {
        locale: "ja",
        region: "JP",
        first: &[
            ("北山", "kitayama"),
            ("青葉", "aoba"),
            ("桜井", "sakurai"),
            ("若葉", "wakaba"),
            ("小川", "ogawa"),
            ("山吹", "yamabuki"),
        ],
        second: &[("商店", "shoten"), ("工房", "kobo"), ("百貨店", "hyakkaten"), ("茶舗", "chaho"), ("呉服", "gofuku")],
        gap: "",
        people: [
            &[("佐藤", "sato"), ("田中", "tanaka"), ("中村", "nakamura"), ("小林", "kobayashi")],
            &[("葵", "aoi"), ("蓮", "ren"), ("陽菜", "hina"), ("大和", "yamato")],
        ],
    },
    Country {
        locale: "ar",
        region: "AE",
        first: &[("بازار", "bazar"), ("متجر", "matjar"), ("دار", "dar"), ("بيت", "bayt"), ("سوق", "souq")],
        second: &[
            ("الزيتون", "alzaytoun"),
            ("الياسمين", "alyasmin"),
            ("النخيل", "alnakhil"),
            ("الواحة", "alwaha"),
            ("اللؤلؤ", "allulu"),
        ],
        gap: " ",
        people: [
            &[("ليلى", "layla"), ("عمر", "omar"), ("نور", "nour"), ("يوسف", "yusuf")],
            &[("المنصوري", "almansoori"), ("حداد", "haddad"), ("الخطيب", "alkhatib"), ("نجار", "najjar")],
        ],
    },
    Country {
        locale: "ur",
        region: "PK",
        first: &[
            ("نیلم", "neelam"),
            ("گلشن", "gulshan"),
            ("چنار", "chinar"),
            ("ستارہ", "sitaara"),
            ("کہکشاں", "kehkashan"),
        ],
        second: &[("دستکاری", "dastkari"), ("ملبوسات", "malbusat"), ("گھر", "ghar"), ("کتاب", "kitab")],
        gap: " ",
        people: [
            &[("زینب", "zainab"), ("حارث", "haris"), ("مریم", "maryam"), ("دانش", "danish")],
            &[("قریشی", "qureshi"), ("ملک", "malik"), ("عباسی", "abbasi"), ("نقوی", "naqvi")],
        ],
    },
    Country {
        locale: "uk",
        region: "UA",
        first: &[("Калина", "kalyna"), ("Смерека", "smereka"), ("Веселка", "veselka"), ("Джерело", "dzherelo")],
        second: &[("Крамниця", "kramnytsia"), ("Майстерня", "maisternia"), ("Льон", "lion"), ("Кераміка", "keramika")],
        gap: " ",
        people: [
            &[("Олеся", "olesia"), ("Тарас", "taras"), ("Соломія", "solomiia"), ("Остап", "ostap")],
            &[("Коваленко", "kovalenko"), ("Бондар", "bondar"), ("Мельник", "melnyk"), ("Ткачук", "tkachuk")],
        ],
    },
    Country {
        locale: "el",
        region: "GR",
        first: &[("Ελιά", "elia"), ("Θάλασσα", "thalassa"), ("Αιγαίο", "aigaio"), ("Μέλισσα", "melissa")],
        second: &[("Υφαντά", "yfanta"), ("Κεραμικά", "keramika"), ("Βότανα", "votana")],
        gap: " ",
        people: [
            &[("Δάφνη", "dafni"), ("Στέλιος", "stelios"), ("Ισμήνη", "ismini"), ("Ορέστης", "orestis")],
            &[("Καραγιάννη", "karagianni"), ("Βλάχου", "vlachou"), ("Ρήγα", "riga"), ("Μαυρίδη", "mavridi")],
        ],
    },
    Country {
        locale: "de",
        region: "DE",
        first: &[
            ("Nordlicht", "nordlicht"),
            ("Weserufer", "weserufer"),
            ("Lindenhof", "lindenhof"),
            ("Küstenkind", "kuestenkind"),
            ("Amselweg", "amselweg"),
        ],
        second: &[
            ("Keramik", "keramik"),
            ("Wolle", "wolle"),
            ("Papier", "papier"),
            ("Möbel", "moebel"),
            ("Tee", "tee"),
        ],
        gap: " ",
        people: [
            &[("Imke", "imke"), ("Jonas", "jonas"), ("Quirin", "quirin"), ("Wiebke", "wiebke")],
            &[("Harms", "harms"), ("Behrens", "behrens"), ("Öztürk", "oeztuerk"), ("Voß", "voss")],
        ],
    },
    Country {
        locale: "fr",
        region: "FR",
        first: &[("Maison", "maison"), ("Atelier", "atelier"), ("Comptoir", "comptoir"), ("Chez", "chez")],
        second: &[
            ("Lavande", "lavande"),
            ("Garance", "garance"),
            ("Mistral", "mistral"),
            ("Olivier", "olivier"),
            ("Genêt", "genet"),
        ],
        gap: " ",
        people: [
            &[("Élodie", "elodie"), ("Bastien", "bastien"), ("Maëlle", "maelle"), ("Yanis", "yanis")],
            &[("Carpentier", "carpentier"), ("Lefèvre", "lefevre"), ("Diallo", "diallo"), ("Marchand", "marchand")],
        ],
    },
    Country {
        locale: "pt-BR",
        region: "BR",
        first: &[("Ipê", "ipe"), ("Caju", "caju"), ("Sertão", "sertao"), ("Aurora", "aurora"), ("Jangada", "jangada")],
        second: &[("Moda", "moda"), ("Couro", "couro"), ("Café", "cafe"), ("Arte", "arte")],
        gap: " ",
        people: [
            &[("Luana", "luana"), ("Thiago", "thiago"), ("Inês", "ines"), ("Caetano", "caetano")],
            &[("Barbosa", "barbosa"), ("Araújo", "araujo"), ("Teixeira", "teixeira"), ("Nogueira", "nogueira")],
        ],
    },
    Country {
        locale: "tr",
        region: "TR",
        first: &[("Çınar", "cinar"), ("Lale", "lale"), ("Boğaz", "bogaz"), ("Yıldız", "yildiz")],
        second: &[("Halı", "hali"), ("Seramik", "seramik"), ("Deri", "deri"), ("Tekstil", "tekstil")],
        gap: " ",
        people: [
            &[("Defne", "defne"), ("Emre", "emre"), ("Zeynep", "zeynep"), ("Kerem", "kerem")],
            &[("Aydın", "aydin"), ("Şahin", "sahin"), ("Koç", "koc"), ("Erdoğmuş", "erdogmus")],
        ],
    },
    Country {
        locale: "ko",
        region: "KR",
        first: &[("한빛", "hanbit"), ("도담", "dodam"), ("달빛", "dalbit"), ("소담", "sodam")],
        second: &[("상점", "sangjeom"), ("공방", "gongbang"), ("문구", "mungu"), ("의류", "uiryu")],
        gap: " ",
        people: [
            &[("김", "kim"), ("박", "park"), ("최", "choi"), ("윤", "yoon")],
            &[("서연", "seoyeon"), ("도윤", "doyun"), ("하은", "haeun"), ("지호", "jiho")],
        ],
    },
    Country {
        locale: "en-US",
        region: "US",
        first: &[
            ("Branded", "branded"),
            ("Harbor", "harbor"),
            ("Juniper", "juniper"),
            ("Prairie", "prairie"),
            ("Copper", "copper"),
        ],
        second: &[("Tees", "tees"), ("Goods", "goods"), ("Supply", "supply"), ("Outfitters", "outfitters")],
        gap: " ",
        people: [
            &[("Mira", "mira"), ("Dwight", "dwight"), ("Noelle", "noelle"), ("Curtis", "curtis")],
            &[("Halloran", "halloran"), ("Pemberton", "pemberton"), ("Okafor", "okafor"), ("Lindqvist", "lindqvist")],
        ],
    },
];

/// What tells several stores of one merchant apart.
pub(super) const LINES: &[&str] =
    &["", "Outlet", "Kids", "Wholesale", "Paris", "Dubai", "London", "Tokyo", "Studio", "Gifts", "Basics", "Vienna"];
