import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/** The door of the bridge: the calls of the open spoke contract, answered from the club's file. */
public final class Bridge {
    private static final int MAX_BYTES = 1 << 20;
    private static final int PAGE = 100;

    private final String token;
    private final Signature signature;
    private final String club;
    private final ClubFile file;

    private Bridge(String token, Signature signature, String club, ClubFile file) {
        this.token = token;
        this.signature = signature;
        this.club = club;
        this.file = file;
    }

    public static void main(String[] arguments) throws IOException {
        ClubFile file = new ClubFile(Path.of(setting("BRIDGE_DATA", "data")));
        Signature signature = new Signature(setting("BRIDGE_SECRET", null));
        Bridge bridge = new Bridge(setting("BRIDGE_TOKEN", null), signature, setting("BRIDGE_CLUB", "42"), file);
        InetSocketAddress address =
            new InetSocketAddress(setting("BRIDGE_HOST", "127.0.0.1"), Integer.parseInt(setting("BRIDGE_PORT", "8099")));
        HttpServer server = HttpServer.create(address, 0);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.createContext("/v1/", bridge::serve);
        server.start();
        System.out.println("the bridge listens on http://" + address.getHostString() + ":" + server.getAddress().getPort());
    }

    private static String setting(String name, String usual) {
        String value = System.getenv(name);
        if (value != null && !value.isBlank()) {
            return value;
        }
        if (usual == null) {
            System.err.println("set " + name + " in the environment; README.md says what it is");
            System.exit(2);
        }
        return usual;
    }

    /** Answers one call. Whatever goes wrong is an answer, never a lost connection. */
    private void serve(HttpExchange call) throws IOException {
        try (call) {
            byte[] body = call.getRequestBody().readNBytes(MAX_BYTES + 1);
            Answer answer;
            try {
                answer = allowed(call, body) ? answer(call, body) : Answer.problem(401, "the token or the signature is not accepted");
            } catch (Refusal refusal) {
                answer = refusal.answer();
            } catch (IOException | RuntimeException broken) {
                broken.printStackTrace();
                answer = Answer.problem(503, "the club's file cannot be read or written just now");
            }
            byte[] text = Json.write(answer.body()).getBytes(StandardCharsets.UTF_8);
            call.getResponseHeaders().set("Content-Type", answer.status() < 400 ? "application/json" : "application/problem+json");
            call.sendResponseHeaders(answer.status(), text.length);
            call.getResponseBody().write(text);
        }
    }

    private boolean allowed(HttpExchange call, byte[] body) {
        String given = call.getRequestHeaders().getFirst("Authorization");
        return ("Bearer " + token).equals(given) && signature.holds(call.getRequestHeaders(), body, Instant.now());
    }

    private Answer answer(HttpExchange call, byte[] body) throws IOException {
        if (body.length > MAX_BYTES) {
            return Answer.problem(422, "more than a megabyte is no person");
        }
        List<String> path = new ArrayList<>();
        for (String part : call.getRequestURI().getRawPath().substring(1).split("/")) {
            path.add(decoded(part));
        }
        Map<String, String> query = query(call.getRequestURI().getRawQuery());
        String route = call.getRequestMethod() + " " + String.join("/", path.subList(1, path.size()));
        if (route.equals("GET health")) {
            return Answer.of(Map.of("ok", true));
        }
        if (path.size() < 3 || !path.get(1).equals("clubs")) {
            return Answer.problem(404, "no such address");
        }
        if (!path.get(2).equals(club)) {
            return Answer.problem(404, "club " + path.get(2) + " is not the one behind this bridge");
        }
        String rest = String.join("/", path.subList(3, path.size()));
        switch (call.getRequestMethod() + " " + (rest.startsWith("people/") ? "people/*" : rest)) {
            case "GET ":
                return Answer.of(Map.of("id", club, "name", "Club " + club));
            case "GET staff":
                return Answer.of(Map.of("staff", file.staff(query.get("email"))));
            case "GET lead-sources":
                return Answer.of(Map.of("lead_sources", file.leadSources()));
            case "POST lead-sources":
                return new Answer(201, Map.of("id", file.newLeadSource(Json.object(body))));
            case "GET people":
                return Answer.of(Map.of("people", file.find(query)));
            case "PUT people/*":
                ClubFile.Saved saved = file.save(path.get(4), Json.object(body));
                return new Answer(saved.made() ? 201 : 200, Map.of("id", saved.number()));
            case "GET changes":
                return changes(query);
            default:
                return Answer.problem(404, "no such address");
        }
    }

    /** A page of what the club's own people changed; the cursor says how many came before. */
    private Answer changes(Map<String, String> query) throws IOException {
        List<Map<String, Object>> all = file.changedSince(instant(query.get("since")));
        int from = Math.min(number(query.getOrDefault("cursor", "0")), all.size());
        int to = Math.min(from + PAGE, all.size());
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("people", all.subList(from, to));
        page.put("next", to < all.size() ? String.valueOf(to) : null);
        return Answer.of(page);
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(String.valueOf(text));
        } catch (java.time.format.DateTimeParseException wrong) {
            throw new Refusal("since", "since is an instant like 2026-01-31T12:00:00Z");
        }
    }

    private static int number(String text) {
        try {
            return Math.max(0, Integer.parseInt(text));
        } catch (NumberFormatException wrong) {
            throw new Refusal("cursor", "there is no such cursor");
        }
    }

    private static Map<String, String> query(String raw) {
        Map<String, String> query = new LinkedHashMap<>();
        for (String pair : (raw == null ? "" : raw).split("&")) {
            int at = pair.indexOf('=');
            if (at > 0) {
                query.put(decoded(pair.substring(0, at)), decoded(pair.substring(at + 1).replace("+", "%20")));
            }
        }
        return query;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** A status and a body. */
    record Answer(int status, Map<String, Object> body) {
        static Answer of(Map<String, Object> body) {
            return new Answer(200, body);
        }

        static Answer problem(int status, String detail) {
            return new Answer(status, Map.of("title", "not done", "status", status, "detail", detail));
        }
    }

    /** Something that somebody must correct, or that is there already. The club reads `detail` in its log. */
    static final class Refusal extends RuntimeException {
        private final int status;
        private final Map<String, Object> more;

        Refusal(String field, String detail) {
            super(detail);
            this.status = 422;
            this.more = Map.of("field", field);
        }

        private Refusal(int status, String detail, Map<String, Object> more) {
            super(detail);
            this.status = status;
            this.more = more;
        }

        static Refusal known(String number) {
            return new Refusal(409, "this person is in the club's file already", Map.of("id", number));
        }

        static Refusal gone(String number) {
            return new Refusal(410, "record " + number + " is no longer in the club's file", Map.of());
        }

        Answer answer() {
            Map<String, Object> body = new LinkedHashMap<>(Answer.problem(status, getMessage()).body());
            body.putAll(more);
            return new Answer(status, body);
        }
    }
}
