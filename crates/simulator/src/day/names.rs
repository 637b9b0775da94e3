//! Names from many languages, written by hand, and the awkward ones that every club has.

/// Given and family names of one language.
pub(super) struct Language {
    pub name: &'static str,
    pub first: &'static [&'static str],
    pub last: &'static [&'static str],
}

pub(super) const LANGUAGES: [Language; 12] = [
    Language {
        name: "English",
        first: &["Grace", "Oliver", "Hannah", "Jack", "Amelia", "Thomas", "Ruby", "Liam", "Sophie", "Ethan"],
        last: &[
            "Smith", "Walker", "Taylor", "Bennett", "Hughes", "Clarke", "Mitchell", "Cooper", "Ward", "Reid",
        ],
    },
    Language {
        name: "French",
        first: &[
            "Élodie",
            "François",
            "Maëlle",
            "Benoît",
            "Chloé",
            "Jérôme",
            "Océane",
            "Théo",
            "Noémie",
            "Loïc",
        ],
        last: &["Lefèvre", "Côté", "Gagné", "Bélanger", "Tremblay", "D'Amours", "Saint-Pierre", "Lévesque"],
    },
    Language {
        name: "German",
        first: &["Jürgen", "Anneliese", "Björn", "Käthe", "Götz", "Ursula", "Lukas", "Frauke"],
        last: &["Müller", "Groß", "Schäfer", "Weiß", "Köhler", "von Bülow", "Zimmermann", "Jäger"],
    },
    Language {
        name: "Polish",
        first: &["Łukasz", "Małgorzata", "Paweł", "Agnieszka", "Zdzisław", "Żaneta", "Wojciech", "Kinga"],
        last: &["Wiśniewski", "Dąbrowska", "Wójcik", "Kamińska", "Łaszcz", "Źrebak", "Szczęsna", "Nowak"],
    },
    Language {
        name: "Vietnamese",
        first: &[
            "Thị Hương",
            "Văn Đức",
            "Ngọc Ánh",
            "Quốc Bảo",
            "Thu Thủy",
            "Minh Tuấn",
            "Hải Yến",
            "Đình Phúc",
        ],
        last: &["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đặng", "Bùi", "Võ"],
    },
    Language {
        name: "Arabic",
        first: &["أحمد", "فاطمة", "محمد", "ليلى", "يوسف", "نور", "خالد", "مريم"],
        last: &["الحسن", "عبد الله", "المصري", "حداد", "الخطيب", "منصور", "سعيد", "القاسم"],
    },
    Language {
        name: "Chinese",
        first: &["伟", "秀英", "娜", "敏", "静", "建国", "小龙", "梓涵"],
        last: &["王", "李", "张", "刘", "陈", "欧阳", "司马", "黄"],
    },
    Language {
        name: "Punjabi",
        first: &["Gurpreet", "ਹਰਪ੍ਰੀਤ", "Jaswinder", "ਮਨਜੀਤ", "Simran", "ਅਮਨਦੀਪ", "Kulwant", "Navjot"],
        last: &["Singh", "Kaur", "ਗਿੱਲ", "Dhaliwal", "ਸੰਧੂ", "Sidhu", "Grewal", "Brar"],
    },
    Language {
        name: "Spanish",
        first: &["José María", "Begoña", "Iñaki", "Lucía", "Andrés", "Concepción", "Joaquín", "Inés"],
        last: &["García Márquez", "Núñez", "Ibáñez", "Peña", "de la Cruz", "Muñoz", "Güell", "Ordóñez"],
    },
    Language {
        name: "Turkish",
        first: &["Işıl", "İbrahim", "Çağla", "Ömer", "Şule", "Gökhan", "Ayşegül", "Uğur"],
        last: &["Yılmaz", "Şahin", "Öztürk", "Çelik", "Ağaoğlu", "Işık", "Güneş", "İnan"],
    },
    Language {
        name: "Korean",
        first: &["민준", "서연", "지훈", "하은", "Ji-woo", "Seo-jun", "예진", "도윤"],
        last: &["김", "이", "박", "최", "정", "Kim", "Park", "황보"],
    },
    Language {
        name: "Greek",
        first: &["Γιώργος", "Ελένη", "Δημήτρης", "Αικατερίνη", "Νίκος", "Σοφία", "Χρήστος", "Ιωάννα"],
        last: &[
            "Παπαδόπουλος",
            "Οικονόμου",
            "Γεωργίου",
            "Αγγέλου",
            "Νικολαΐδης",
            "Βασιλείου",
            "Λάμπρου",
            "Σαρρής",
        ],
    },
];

/// Names that break things.
pub(super) const AWKWARD: [(&str, &str); 12] = [
    ("Conor", "O'Brien"),
    ("Pieter", "van der Berg"),
    ("X", "Y"),
    ("Wilhelmina Anastasia Philippa Genevieve", "Featherstonehaugh-Cholmondeley-Warburton"),
    ("Anne-Marie", "MacDonald"),
    ("Zoë", "Null"),
    ("Mary Jo", "St. John-Smythe"),
    ("d'Artagnan", "de la Fère"),
    ("Ng", "Ng"),
    ("José", "Ñíguez & Sons"),
    ("Test", "<Tester>"),
    ("Ludwig", "Straße"),
];

/// Employers.
pub(super) const COMPANIES: [&str; 8] = [
    "Pacific Coast Fisheries & Cold Storage Ltd.",
    "Müller & Söhne <GmbH>",
    "Dalhousie University",
    "\"The Granville\" Bakery",
    "Société Générale d'Électricité",
    "BC Ferries",
    "Atlantic Tide Physiotherapy Associates",
    "株式会社ハリファックス",
];

/// Streets, of both towns.
pub(super) const STREETS: [&str; 8] = [
    "Cornwall Ave",
    "W 4th Ave",
    "Yew St",
    "Point Grey Rd",
    "Spring Garden Rd",
    "Barrington St",
    "Rue Saint-Édouard",
    "Lower Water St",
];
