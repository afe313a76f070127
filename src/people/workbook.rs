//! The smallest workbook that spreadsheets open: one sheet, every cell a text. Texts are never
//! formulas (ECMA-376, inline strings), and rows are written one after the other.

use std::io::{Seek, Write};

use zip::{ZipWriter, write::SimpleFileOptions};

use crate::kernel::error::{Error, Result};

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
const RELS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const BOOK_RELS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
const SHEET: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#;

/// A workbook that is being written.
pub(super) struct Workbook<W: Write + Seek>(ZipWriter<W>);

impl<W: Write + Seek> Workbook<W> {
    pub(super) fn begin(to: W) -> Result<Self> {
        let mut zip = ZipWriter::new(to);
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .large_file(true);
        let parts = [
            ("[Content_Types].xml", TYPES),
            ("_rels/.rels", RELS),
            ("xl/workbook.xml", BOOK),
            ("xl/_rels/workbook.xml.rels", BOOK_RELS),
            ("xl/worksheets/sheet1.xml", SHEET),
        ];
        for (name, text) in parts {
            zip.start_file(name, options).map_err(Error::internal)?;
            zip.write_all(text.as_bytes()).map_err(Error::internal)?;
        }
        Ok(Self(zip))
    }

    pub(super) fn row(&mut self, cells: &[String]) -> Result<()> {
        let mut out = "<row>".to_owned();
        for cell in cells {
            out.push_str("<c t=\"inlineStr\"><is><t xml:space=\"preserve\">");
            push_escaped(&mut out, cell);
            out.push_str("</t></is></c>");
        }
        out.push_str("</row>");
        self.0.write_all(out.as_bytes()).map_err(Error::internal)
    }

    pub(super) fn finish(mut self) -> Result<W> {
        self.0.write_all(b"</sheetData></worksheet>").map_err(Error::internal)?;
        self.0.finish().map_err(Error::internal)
    }
}

/// XML 1.0 has no place for most control characters.
fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' | '\n' => out.push(c),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push(' '),
            c => out.push(c),
        }
    }
}
