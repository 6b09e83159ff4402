use super::*;

fn check(text: &str, expected: &str) {
    let mut lexer = Lexer::new(text.into());
    let mut shown = Vec::new();
    loop {
        let token = lexer.next_token();
        shown.push(format!(
            "{}:{:?}:{}",
            lexer.line(token.start),
            token.kind,
            lexer.describe(&token)
        ));
        if matches!(token.kind, TokenKind::Eof | TokenKind::Error) {
            break;
        }
    }
    assert_eq!(shown.join(" "), expected);
}

#[test]
fn tokens() {
    check(
        "a{{.x}}",
        r#"1:Text:"a" 1:LeftDelim:"{{" 1:Field:".x" 1:RightDelim:"}}" 1:Eof:EOF"#,
    );
    check(
        "a \n{{- if $x -}}\n b",
        r#"1:Text:"a" 2:LeftDelim:"{{" 2:If:<if> 2:Space:" " 2:Variable:"$x" 2:RightDelim:"}}" 3:Text:"b" 3:Eof:EOF"#,
    );
    check("{{/* a */}}{{- /* b */ -}} c", r#"1:Text:"c" 1:Eof:EOF"#);
    check(
        "{{1.5e3 'x' 0x1F}}",
        r#"1:LeftDelim:"{{" 1:Number:"1.5e3" 1:Space:" " 1:CharConstant:"'x'" 1:Space:" " 1:Number:"0x1F" 1:RightDelim:"}}" 1:Eof:EOF"#,
    );
}

#[test]
fn mistakes() {
    check("{{", r#"1:LeftDelim:"{{" 1:Error:unclosed action"#);
    check("{{/*", "1:Error:unclosed comment");
    check(
        "{{\n\"a\n",
        r#"1:LeftDelim:"{{" 1:Space:"\n" 2:Error:unterminated quoted string"#,
    );
    check(
        "{{\u{1}}}",
        r#"1:LeftDelim:"{{" 1:Error:unrecognized character in action: U+0001"#,
    );
    check(
        "{{(.}}",
        r#"1:LeftDelim:"{{" 1:LeftParen:"(" 1:Dot:<.> 1:Error:unclosed left paren"#,
    );
    check(
        "{{a@}}",
        r#"1:LeftDelim:"{{" 1:Error:bad character U+0040 '@'"#,
    );
    check(
        "{{3k}}",
        r#"1:LeftDelim:"{{" 1:Error:bad number syntax: "3k""#,
    );
}
