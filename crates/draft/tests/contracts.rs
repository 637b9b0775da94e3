//! Contracts as vendors publish them: half of the standard, odd names, things that refer to themselves.

#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

use draft::{About, Contract, Folder, Unmade, openapi, wsdl};
use model::Operation;
use platform::Description;

async fn make(contract: &Contract) -> Result<Folder, Unmade> {
    let about = About {
        name: "acme".to_owned(),
        title: "Acme: gyms # 1".to_owned(),
        vendor: "'Acme'".to_owned(),
        source: "acme.json".to_owned(),
    };
    draft::make(contract, &about).await
}

async fn drafted(contract: &Contract) -> String {
    let folder = make(contract).await.unwrap_or_else(|unmade| panic!("{unmade}"));
    let text = folder.files[0].1.clone();
    Description::parse("platform.yaml", &text).unwrap();
    text
}

fn says(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.contains(line), "`{line}` is missing in\n{text}");
    }
}

const VENDOR: &str = r##"{
  "openapi": "3.0.1", "info": {"title": "Acme"},
  "servers": [{"url": "https://{region}.acme.com/api/v2", "variables": {"region": {"default": "eu"}}}],
  "components": {
    "securitySchemes": {"k": {"type": "apiKey", "in": "header", "name": "X-Acme-Key"}},
    "schemas": {
      "Node": {"type": "object", "properties": {"left": {"$ref": "#/components/schemas/Node"}, "right": {"$ref": "#/components/schemas/Node"}}},
      "Lead": {"type": "object", "required": ["firstName", "lastName", "productId"], "properties": {
        "firstName": {"type": "string"}, "lastName": {"type": "string"}, "dateOfBirth": {"type": "string", "format": "date-time"},
        "sex": {"type": "string", "enum": ["Male", "Female", "Other"]}, "phone": {"type": "string"}, "mobile": {"type": "string"},
        "address": {"type": "object", "properties": {"street": {"type": "string"}, "postCode": {"type": "string"}}},
        "owner": {"type": "object", "properties": {"id": {"type": "integer"}}}, "isActive": {"type": "boolean"},
        "type": {"type": "string", "enum": ["LEAD", "MEMBER"]}, "productId": {"type": "integer"}, "tree": {"$ref": "#/components/schemas/Node"},
        "a: b # c": {"type": "string"}, "$when": {"type": "string"}}}
    }
  },
  "paths": {
    "/sites/{siteId}/leads": {"post": {"operationId": "addLead", "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Lead"}}}},
      "responses": {"201": {"content": {"application/json": {"schema": {"type": "object", "properties": {"data": {"type": "object", "properties": {"leadId": {"type": "integer"}}}}}}}},
                    "400": {"content": {"application/json": {"schema": {"type": "object", "properties": {"errors": {"type": "array", "items": {"type": "object", "properties": {"field": {"type": "string"}, "message": {"type": "string"}}}}}}}}}}}},
    "/sites/{siteId}/leads/{leadId}": {"patch": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Lead"}}}}, "responses": {"204": {"description": "done"}}}},
    "/sites/{siteId}/leads/{leadId}/notes": {"post": {"operationId": "addLeadNote", "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Lead"}}}}, "responses": {}}},
    "/sites/{siteId}/employees": {"get": {"parameters": [{"name": "page", "in": "query"}, {"name": "pageSize", "in": "query", "schema": {"type": "integer", "maximum": 50}}],
      "responses": {"200": {"content": {"application/json": {"schema": {"type": "array", "items": {"type": "object", "properties": {"employeeId": {"type": "integer"}, "email": {"type": "string"}}}}}}}}}},
    "/token": {"post": {"operationId": "createUserToken", "responses": {}}}
  }
}"##;

#[tokio::test]
async fn a_vendor_s_words_become_ours() {
    let text = drafted(&openapi::read(VENDOR).unwrap()).await;
    says(
        &text,
        &[
            "title: 'Acme: gyms # 1'",
            "base: https://{{ settings.region }}.acme.com/api/v2",
            "X-Acme-Key: =settings.api_key",
            "path: '/sites/{{ settings.club }}/leads',",
            "path: /sites/{{ settings.club }}/leads/{{ record }}",
            "dateOfBirth: =person.birth_date | date('%Y-%m-%dT00:00:00')",
            "sex: =person.gender | map('gender')",
            "M: Male, F: Female",
            "what is EX_MEMBER to them?",
            "isActive: =person.status | map('active')",
            "phone: =person.home_phone",
            "mobile: =person.mobile",
            "address: {street: =person.address1, postCode: =person.zipcode}",
            "owner: {id: =person.owner | int}",
            "productId: =settings.product_id | int",
            "id: =answer.data.leadId",
            "field: =(answer.errors | list | first).field",
            "query: {page: =page.number, pageSize: '50'}",
            "more: =page.count == 50",
            "items: =answer | list",
        ],
    );
    assert!(!text.contains("notes") && !text.contains("token"), "{text}");
}

#[tokio::test]
async fn what_a_contract_cannot_say_is_asked_for_by_name() {
    let folder = make(&openapi::read(VENDOR).unwrap()).await.unwrap();
    assert_eq!(folder.lacking, [Operation::ListLeadSources, Operation::FindPerson]);
    assert!(folder.questions > 10, "{}", folder.questions);
}

#[test]
fn a_document_that_is_not_one_is_named_for_what_it_is() {
    let said = |text: &str| openapi::read(text).unwrap_err().to_string();
    assert!(said("swagger: '2.0'\npaths: {}").contains("this is Swagger 2.0; only OpenAPI 3 is read"));
    assert!(said("hello: world").contains("this is no OpenAPI 3 document"));
    assert!(said("{\"openapi\": ").contains("this is not JSON"));
    assert!(said("openapi: 3.0.0\npaths: {}").contains("has no calls"));
    let said = |text: &str| wsdl::read(text).unwrap_err().to_string();
    assert!(said("<html/>").contains("this is no WSDL 1.1: it begins with `<html>`"));
    assert!(said("openapi: 3").contains("this cannot be read"));
    let empty = "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'/>";
    assert!(said(empty).contains("has no SOAP 1.1 binding"));
}

#[tokio::test]
async fn a_contract_about_something_else_makes_no_draft() {
    let text = "openapi: 3.0.0\npaths: {/weather: {get: {responses: {}}}}";
    let unmade = make(&openapi::read(text).unwrap()).await.unwrap_err();
    assert!(matches!(unmade, Unmade::NothingFound), "{unmade}");
}

/// Each schema holds the next twice, and the last the first.
#[tokio::test]
async fn schemas_that_contain_each_other_are_read_in_time() {
    let schema = |n: usize| {
        let next = (n + 1) % 40;
        let reference = format!("{{$ref: '#/components/schemas/S{next}'}}");
        format!(
            "    S{n}: {{properties: {{firstName: {{type: string}}, lastName: {{type: string}}, a: {reference}, b: {reference}, c: {reference}, d: {reference}}}}}\n"
        )
    };
    let schemas: String = (0..40).map(schema).collect();
    let body = "requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/S0'}}}}";
    let text = format!(
        "openapi: 3.1.0\npaths:\n  /leads: {{post: {{{body}, responses: {{}}}}}}\ncomponents:\n  schemas:\n{schemas}"
    );
    let contract = openapi::read(&text).unwrap();
    says(&drafted(&contract).await, &["firstName: =person.first_name"]);
}

const WCF: &str = r#"<wsdl:definitions name="Gym" targetNamespace="http://tempuri.org/" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"
  xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="http://tempuri.org/" xmlns:d="http://gym/Data">
  <wsdl:types>
    <xs:schema targetNamespace="http://gym/Data"><xs:complexType name="Base"><xs:sequence><xs:element name="LastName" type="xs:string"/></xs:sequence></xs:complexType>
      <xs:complexType name="Prospect"><xs:complexContent><xs:extension base="d:Base"><xs:sequence><xs:element name="FirstName" type="xs:string"/><xs:element name="EmailAddress" type="xs:string" minOccurs="0"/><xs:element name="Parent" type="d:Prospect" minOccurs="0"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType></xs:schema>
    <xs:schema targetNamespace="http://tempuri.org/" elementFormDefault="qualified">
      <xs:element name="AddProspect"><xs:complexType><xs:sequence><xs:element name="siteId" type="xs:int"/><xs:element name="prospect" type="d:Prospect"/></xs:sequence></xs:complexType></xs:element>
      <xs:element name="AddProspectResponse"><xs:complexType><xs:sequence><xs:element name="AddProspectResult" type="xs:int"/></xs:sequence></xs:complexType></xs:element>
    </xs:schema>
  </wsdl:types>
  <wsdl:message name="I_AddProspect_InputMessage"><wsdl:part name="parameters" element="tns:AddProspect"/></wsdl:message>
  <wsdl:message name="I_AddProspect_OutputMessage"><wsdl:part name="parameters" element="tns:AddProspectResponse"/></wsdl:message>
  <wsdl:portType name="I"><wsdl:operation name="AddProspect"><wsdl:input message="tns:I_AddProspect_InputMessage"/><wsdl:output message="tns:I_AddProspect_OutputMessage"/></wsdl:operation></wsdl:portType>
  <wsdl:binding name="New" type="tns:I"><soap12:binding transport="x"/></wsdl:binding>
  <wsdl:binding name="Old" type="tns:I"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/><wsdl:operation name="AddProspect"><soap:operation soapAction="http://tempuri.org/I/AddProspect" style="document"/><wsdl:input><soap:body use="literal"/></wsdl:input></wsdl:operation></wsdl:binding>
  <wsdl:service name="Gym"><wsdl:port name="Old" binding="tns:Old"><soap:address location="http://gym-server/Gym/Service.svc"/></wsdl:port></wsdl:service>
</wsdl:definitions>"#;

#[tokio::test]
async fn a_wcf_service_is_drafted_from_its_soap_1_1_binding() {
    let text = drafted(&wsdl::read(WCF).unwrap()).await;
    says(
        &text,
        &[
            "soap: {namespace: 'http://tempuri.org/'}",
            "path: /Gym/Service.svc",
            "action: http://tempuri.org/I/AddProspect",
            "siteId: =settings.club",
            "LastName: =person.last_name",
            "FirstName: =person.first_name",
            "EmailAddress: =person.email",
            "id: =answer.AddProspectResponse.AddProspectResult",
        ],
    );
}
