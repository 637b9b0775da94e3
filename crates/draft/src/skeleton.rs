//! A contract to begin with where the vendor publishes none: the usual calls, to be corrected by the manual.

use crate::contract::{Base, Call, Contract, Input, Leaf, Member, Place, Shape, SignIn};

/// Where the club's number goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClubPlace {
    /// Into every path: `/clubs/{club}/…`.
    Path,
    /// Into the query.
    Query,
    /// Into a header.
    Header,
    /// Nowhere: the key says it.
    Nowhere,
}

/// The usual calls, in JSON or in SOAP.
pub fn skeleton(soap: bool, sign_in: SignIn, club: ClubPlace) -> Contract {
    let calls = [
        ("getClub", "GET", "", vec![], object(&["id", "name"])),
        ("listStaff", "GET", "/staff", vec![], listed("staff", &["id", "firstName", "lastName", "email"])),
        ("listLeadSources", "GET", "/lead-sources", vec![], listed("leadSources", &["id", "name"])),
        ("createPerson", "POST", "/people", members(&PERSON), object(&["id"])),
        ("updatePerson", "PATCH", "/people/{id}", members(&PERSON), object(&["id"])),
        (
            "findPeople",
            "GET",
            "/people",
            members(&["email"]),
            listed("people", &["id", "firstName", "lastName", "email", "mobile"]),
        ),
    ];
    let calls = calls.map(|(name, method, path, body, answer)| {
        if soap { in_soap(name, body, answer) } else { in_json(name, method, path, body, answer, club) }
    });
    Contract {
        encoding: None,
        charset: None,
        title: String::new(),
        base: Base { url: if soap { String::new() } else { "https://your-vendor.example/api".to_owned() }, variables: Vec::new() },
        sign_in: vec![sign_in],
        soap: soap.then(|| "http://tempuri.org/".to_owned()),
        calls: calls.into(),
        remarks: vec!["no contract was given: every address and every name below is made up. Put the manual's in their place".to_owned()],
    }
}

fn in_json(name: &str, method: &str, path: &str, body: Vec<Member>, answer: Shape, club: ClubPlace) -> Call {
    let input = |name: &str, place| Input {
        name: name.to_owned(),
        place,
        required: true,
        about: String::new(),
        usual: None,
        most: None,
    };
    let root = if club == ClubPlace::Path { "/clubs/{club}" } else { "" };
    let path = if path.is_empty() && root.is_empty() { "/club" } else { path };
    let mut inputs = match club {
        ClubPlace::Path => vec![input("club", Place::Path)],
        ClubPlace::Query => vec![input("club", Place::Query)],
        ClubPlace::Header => vec![input("Club-Id", Place::Header)],
        ClubPlace::Nowhere => Vec::new(),
    };
    if path.contains("{id}") {
        inputs.push(input("id", Place::Path));
    }
    let query = method == "GET";
    if query {
        inputs.extend(body.iter().map(|member| input(&member.name, Place::Query)));
    }
    Call {
        name: name.to_owned(),
        method: method.to_owned(),
        path: format!("{root}{path}"),
        inputs,
        body: (!query && !body.is_empty()).then_some(Shape::Object(body)),
        answer: Some(answer),
        ..Call::default()
    }
}

fn in_soap(name: &str, body: Vec<Member>, answer: Shape) -> Call {
    let name = name[..1].to_ascii_uppercase() + &name[1..];
    let mut inside = members(&["ClubId"]);
    if name.ends_with("ePerson") {
        if name.starts_with("Update") {
            inside.extend(members(&["PersonId"]));
        }
        inside.push(Member {
            name: "Person".to_owned(),
            required: true,
            about: String::new(),
            shape: Shape::Object(upper(body)),
        });
    } else {
        inside.extend(upper(body));
    }
    Call {
        method: "POST".to_owned(),
        path: "/service".to_owned(),
        body: Some(Shape::Object(inside)),
        action: Some(format!("http://tempuri.org/{name}")),
        elements: (name.clone(), format!("{name}Response")),
        answer: Some(upper_shape(answer)),
        name,
        ..Call::default()
    }
}

fn upper(members: Vec<Member>) -> Vec<Member> {
    let upper = |name: &str| name[..1].to_ascii_uppercase() + &name[1..];
    members
        .into_iter()
        .map(|one| Member { name: upper(&one.name), shape: upper_shape(one.shape), ..one })
        .collect()
}

fn upper_shape(shape: Shape) -> Shape {
    match shape {
        Shape::Object(members) => Shape::Object(upper(members)),
        Shape::List(element) => {
            let inner = Member {
                name: "Item".to_owned(),
                required: false,
                about: String::new(),
                shape: Shape::List(Box::new(upper_shape(*element))),
            };
            Shape::Object(vec![inner])
        }
        other => other,
    }
}

/// A person, with every field that the Connector knows under a usual name.
const PERSON: [&str; 21] = [
    "kind",
    "status",
    "firstName",
    "lastName",
    "birthDate",
    "gender",
    "address1",
    "address2",
    "city",
    "zipcode",
    "state",
    "country",
    "mobile",
    "homePhone",
    "workPhone",
    "email",
    "company",
    "ownerId",
    "leadSourceId",
    "trialStart",
    "trialEnd",
];

fn members(names: &[&str]) -> Vec<Member> {
    let leaf = |name: &&str| Member {
        name: (*name).to_owned(),
        required: false,
        about: String::new(),
        shape: Shape::Leaf(Leaf { kind: "string".to_owned(), ..Leaf::default() }),
    };
    names.iter().map(leaf).collect()
}

fn object(names: &[&str]) -> Shape {
    Shape::Object(members(names))
}

fn listed(name: &str, names: &[&str]) -> Shape {
    let list = Shape::List(Box::new(object(names)));
    Shape::Object(vec![Member { name: name.to_owned(), required: true, about: String::new(), shape: list }])
}
